import { createServer } from 'node:http';
import { S3Client } from '@aws-sdk/client-s3';
import { afterEach, describe, expect, it } from '@jest/globals';
import { createOpenArchived } from '../../cli/adapters/archived-objects.ts';
import { type Listening, listenOnLoopback } from '../../local/listen-on-loopback.ts';
import { credentials, region } from '../../local/local-account.ts';

type Answer = { status: number; headers?: Record<string, string>; body?: string };

let s3: Listening;
let client: S3Client;

/** S3 as it answers what the embedded one cannot. */
async function startAnswering({ status, headers = {}, body = '' }: Answer) {
  const server = createServer((_, response) => response.writeHead(status, headers).end(body));
  s3 = await listenOnLoopback(server);
  client = new S3Client({
    endpoint: s3.url,
    region,
    credentials,
    forcePathStyle: true,
    maxAttempts: 1,
    responseChecksumValidation: 'WHEN_REQUIRED',
  });
  const name = { bucket: 'archive', key: 'tasks/1/steps/review_step/NDA.pdf', versionId: 'v1' };
  return createOpenArchived(client)(name, new AbortController().signal);
}

afterEach(async () => {
  client.destroy();
  await s3.close();
});

const refuse = (status: number, code: string, details = ''): Answer => ({
  status,
  headers: { 'content-type': 'application/xml' },
  body: `<Error><Code>${code}</Code><Message>So it is.</Message>${details}</Error>`,
});

describe('createOpenArchived', () => {
  it.each([
    ['no such key', refuse(404, 'NoSuchKey')],
    ['no such version', refuse(404, 'NoSuchVersion')],
    ['no such bucket', refuse(404, 'NoSuchBucket')],
    ['a delete marker', refuse(405, 'MethodNotAllowed')],
    [
      'a version that it cannot have',
      refuse(400, 'InvalidArgument', '<ArgumentName>versionId</ArgumentName><ArgumentValue>v1</ArgumentValue>'),
    ],
  ])('opens nothing where S3 says: %s', async (_, answer) => {
    expect(await startAnswering(answer)).toBeUndefined();
  });

  it.each([
    refuse(403, 'AccessDenied'),
    refuse(301, 'PermanentRedirect'),
    refuse(400, 'InvalidArgument', '<ArgumentName>x-amz-sse</ArgumentName>'),
    refuse(500, 'InternalError'),
  ])('throws what S3 refuses otherwise: $status', async (answer) => {
    await expect(startAnswering(answer)).rejects.toThrow();
  });

  it('leaves out a checksum that is of parts', async () => {
    const headers = { etag: '"a-2"', 'x-amz-checksum-type': 'COMPOSITE', 'x-amz-checksum-sha256': 'AAAA-2' };
    expect(await startAnswering({ status: 200, headers, body: 'parts' })).toMatchObject({
      etag: '"a-2"',
      sha256: undefined,
    });
  });
});
