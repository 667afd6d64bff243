import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'content-disposition';
import * as fc from 'fast-check';
import { createLinkSigner } from '../../../lib/adapters/link-signer.ts';
import { makeSafeFileName } from '../../../lib/document-key.ts';
import { startTestBucket, type TestBucket } from '../../support/services.ts';

const now = Date.parse('2026-11-24T11:08:01.076Z');
const document = { bucket: 'archive', key: 'tasks/1/steps/a/a.pdf', versionId: 'v2', fileName: 'Contract.pdf' };

type Credentials = { expiration?: Date };

const createClient = (read: () => Promise<Credentials>) =>
  new S3Client({
    region: 'eu-central-1',
    credentials: async () => ({ accessKeyId: 'key', secretAccessKey: 'secret', ...(await read()) }),
  });
const signerWith = (credentials: Credentials) =>
  createLinkSigner({ client: createClient(async () => credentials), now: () => now });
const signName = async (fileName: string) => {
  const { url } = await signerWith({})({ ...document, fileName });
  return new URL(url).searchParams.get('response-content-disposition') as string;
};

describe('a link', () => {
  it('names the recorded version of the object', async () => {
    const { pathname, searchParams } = new URL((await signerWith({})(document)).url);

    expect([pathname, searchParams.get('versionId')]).toEqual(['/tasks/1/steps/a/a.pdf', 'v2']);
  });

  it('names no version where none was recorded', async () => {
    const { url } = await signerWith({})({ ...document, versionId: undefined });

    expect(new URL(url).searchParams.has('versionId')).toBe(false);
  });

  it('lives for 15 minutes from the second in which it was signed', async () => {
    const { url, expiresAt } = await signerWith({})(document);
    const { searchParams } = new URL(url);

    expect(searchParams.get('X-Amz-Date')).toBe('20261124T110801Z');
    expect(searchParams.get('X-Amz-Expires')).toBe('900');
    expect(expiresAt).toEqual(new Date('2026-11-24T11:23:01.000Z'));
  });

  it('never outlives the credentials that signed it, and says when it ends', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1_000, max: 2_000_000 }), async (livesMs) => {
        const expiration = new Date(now + livesMs);
        const { url, expiresAt } = await signerWith({ expiration })(document);
        const seconds = Number(new URL(url).searchParams.get('X-Amz-Expires'));

        expect(expiresAt.getTime()).toBeLessThanOrEqual(expiration.getTime());
        expect(expiresAt.getTime()).toBe(Date.parse('2026-11-24T11:08:01Z') + seconds * 1000);
        expect(seconds).toBe(Math.min(900, Math.floor((livesMs + 76) / 1000)));
      }),
    );
  });

  it.each<[string, () => Promise<Credentials>]>([
    ['have ended', async () => ({ expiration: new Date(now - 5_000) })],
    ['end within this second', async () => ({ expiration: new Date(now + 500) })],
    [
      'are nowhere',
      async () => {
        throw new Error('secret');
      },
    ],
  ])('is not made with credentials that %s', async (_, read) => {
    const sign = createLinkSigner({ client: createClient(read), now: () => now });
    const failure = await sign(document).catch((error: unknown) => error);

    expect(failure).toMatchObject({ name: 'TransientError', code: 'credentials_unavailable' });
    expect((failure as Error).message).not.toContain('secret');
  });
});

describe('the name under which a link is saved', () => {
  it.each([
    ['Contract.pdf', 'attachment; filename=Contract.pdf'],
    ['Contract "final".pdf', 'attachment; filename="Contract \\"final\\".pdf"'],
    ['Übersicht.pdf', 'attachment; filename="?bersicht.pdf"; filename*=UTF-8\'\'%C3%9Cbersicht.pdf'],
    ['50%41.pdf', "attachment; filename=50%41.pdf; filename*=UTF-8''50%2541.pdf"],
    ['../../etc/passwd\r\nSet-Cookie: a', 'attachment; filename="etcpasswdSet-Cookie: a"'],
    ['', 'attachment; filename=document'],
  ])('of %j is ASCII, quoted where it has to be, with its real letters beside it', async (fileName, header) => {
    expect(await signName(fileName)).toBe(header);
  });

  it('is a header of ASCII that means the safe name, whatever the name', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary' }), async (fileName) => {
        const header = await signName(fileName);

        expect(header).toMatch(/^[\x20-\x7e]+$/);
        expect(parse(header)).toMatchObject({
          type: 'attachment',
          parameters: { filename: makeSafeFileName(fileName) },
        });
      }),
    );
  });
});

describe('whoever follows a link', () => {
  let bucket: TestBucket;
  beforeAll(async () => {
    bucket = await startTestBucket();
  });
  afterAll(() => bucket?.close());

  it('gets the recorded version, under its own name and type, whatever was written since', async () => {
    const { client } = bucket;
    const target = { Bucket: bucket.bucket, Key: 'tasks/1/steps/a/Übersicht "x".pdf', ContentType: 'application/pdf' };
    const { VersionId: versionId } = await client.send(new PutObjectCommand({ ...target, Body: 'signed' }));
    await client.send(new PutObjectCommand({ ...target, Body: 'newer' }));
    const sign = createLinkSigner({ client, now: Date.now });
    const { url } = await sign({ bucket: target.Bucket, key: target.Key, versionId, fileName: 'Übersicht "x".pdf' });
    const response = await fetch(url);

    expect([response.status, await response.text()]).toEqual([200, 'signed']);
    expect(response.headers.get('content-type')).toBe('application/pdf');
    expect(parse(response.headers.get('content-disposition') as string)).toMatchObject({
      type: 'attachment',
      parameters: { filename: 'Übersicht "x".pdf' },
    });
    const newest = await client.send(new GetObjectCommand({ Bucket: target.Bucket, Key: target.Key }));
    expect(await newest.Body?.transformToString()).toBe('newer');
  });
});
