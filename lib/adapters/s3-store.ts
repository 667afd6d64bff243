import type { IncomingHttpHeaders } from 'node:http';
import { type AwsAnswer, type AwsClient, AwsError, createMalformed } from '../aws-call.ts';
import { createDeadlineError } from '../errors.ts';
import { percentEncode } from '../percent-encode.ts';
import type { ObjectTarget, Store, UploadedPart, WriteCondition, WriteOutcome } from '../ports.ts';
import { createUnavailable } from '../unavailable.ts';

const ABORT_MS = 5_000;

/** `client` has the bucket's endpoint. */
type Options = { client: AwsClient; bucket: string };

/**
 * The bucket. Every write carries a checksum that S3 verifies, and a condition.
 *
 * Codes: `store_unavailable`, `store_refused`, `deadline`.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
 */
export function createS3Store({ client, bucket }: Options): Store {
  return {
    bucket,

    putObject({ key, body, sha256, condition, signal, ...target }) {
      const headers = {
        ...describeTarget(target),
        'x-amz-checksum-sha256': Buffer.from(sha256, 'hex').toString('base64'),
        // The signature is over the hash that is known: nobody goes through all bytes once more for it.
        'x-amz-content-sha256': sha256,
        ...writeCondition(condition),
      };
      const writing = client.send({ method: 'PUT', path: encodeKey(key), headers, body, signal });
      return readOutcome(writing, (answer) => answer.headers.etag, signal);
    },

    async beginUpload({ key, ...target }, signal) {
      const headers = {
        ...describeTarget(target),
        'x-amz-checksum-algorithm': 'CRC32',
        'x-amz-checksum-type': 'FULL_OBJECT',
      };
      const query = { uploads: '' };
      const beginning = client.send({ method: 'POST', path: encodeKey(key), query, headers, signal });
      return beginning.then(({ text }) => demand(readElement(text, 'UploadId'))).catch(failWith(signal));
    },

    async uploadPart({ key, uploadId, number, body, crc32, signal }) {
      // The signature is over the checksum, and S3 compares that with the bytes: they are gone through once.
      const headers = { 'x-amz-checksum-crc32': crc32, 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' };
      const query = { partNumber: String(number), uploadId };
      const uploading = client.send({ method: 'PUT', path: encodeKey(key), query, headers, body, signal });
      const etag = await uploading.then((answer) => demand(answer.headers.etag)).catch(failWith(signal));
      return { number, etag, crc32 };
    },

    completeUpload({ key, uploadId, parts, crc32, sizeBytes, condition, signal }) {
      const headers = {
        'content-type': 'application/xml',
        'x-amz-checksum-crc32': crc32,
        'x-amz-checksum-type': 'FULL_OBJECT',
        'x-amz-mp-object-size': String(sizeBytes),
        ...writeCondition(condition),
      };
      const body = [Buffer.from(writeParts(parts))];
      const writing = client.send({ method: 'POST', path: encodeKey(key), query: { uploadId }, headers, body, signal });
      return readOutcome(writing, (answer) => readElement(answer.text, 'ETag'), signal);
    },

    /** What is left of an upload costs money, not truth: the bucket's lifecycle takes what this misses. */
    async abortUpload(key, uploadId) {
      const signal = AbortSignal.timeout(ABORT_MS);
      await client.send({ method: 'DELETE', path: encodeKey(key), query: { uploadId }, signal }).catch(() => undefined);
    },

    async findObject(key, signal) {
      const headers = { 'x-amz-checksum-mode': 'ENABLED' };
      const asking = client.send({ method: 'HEAD', path: encodeKey(key), headers, signal });
      const head = await asking.catch((error: unknown) => {
        if (error instanceof AwsError && error.status === 404) return undefined;
        return failWith(signal)(error);
      });
      return head && describeFound(head.headers);
    },

    async readObject(key, versionId, signal) {
      const query: Record<string, string> = versionId === undefined ? {} : { versionId };
      const body = await client.open({ method: 'GET', path: encodeKey(key), query, signal }).catch(failWith(signal));
      return readChunks(body, signal);
    },
  };
}

/** The slashes between stay. */
const encodeKey = (key: string) => percentEncode(key).replaceAll('%2F', '/');

const describeTarget = ({ contentType, metadata }: Omit<ObjectTarget, 'key'>) => ({
  'content-type': contentType,
  ...Object.fromEntries(Object.entries(metadata).map(([name, value]) => [`x-amz-meta-${name}`, value])),
});

const readVersion = (headers: IncomingHttpHeaders) => headers['x-amz-version-id']?.toString();

const describeFound = (headers: IncomingHttpHeaders) => ({
  etag: headers.etag as string,
  versionId: readVersion(headers),
  contentType: headers['content-type'],
  sizeBytes: Number(headers['content-length']),
  sha256: headers['x-amz-meta-sha256']?.toString(),
  crc32: headers['x-amz-checksum-type'] === 'FULL_OBJECT' ? headers['x-amz-checksum-crc32']?.toString() : undefined,
});

/** What an element of one of S3's short answers holds; none of them has two of the same name. */
const readElement = (xml: string, name: string) =>
  new RegExp(`<${name}>([^<]+)</${name}>`).exec(xml)?.[1]?.replaceAll('&quot;', '"').replaceAll('&#34;', '"');

const writeElement = (name: string, text: string) =>
  `<${name}>${text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')}</${name}>`;

const writeParts = (parts: readonly UploadedPart[]) =>
  `<CompleteMultipartUpload xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${parts
    .map(
      ({ number, etag, crc32 }) =>
        `<Part>${writeElement('PartNumber', String(number))}${writeElement('ETag', etag)}${writeElement('ChecksumCRC32', crc32)}</Part>`,
    )
    .join('')}</CompleteMultipartUpload>`;

function demand(value: string | undefined): string {
  if (value === undefined) throw createMalformed();
  return value;
}

async function* readChunks(body: AsyncIterable<Buffer>, signal: AbortSignal): AsyncGenerator<Buffer> {
  try {
    yield* body;
  } catch (error) {
    failWith(signal)(error);
  }
}

const writeCondition = ({ etag }: WriteCondition): Record<string, string> =>
  etag === undefined ? { 'if-none-match': '*' } : { 'if-match': etag };

/** What a refused condition means; undefined for every other failure. */
function readRefusal({ name, status }: AwsError): WriteOutcome | undefined {
  if (status === 412) return { kind: 'exists' };
  if (status === 409) return { kind: 'conflict' };
  if (name === 'NoSuchUpload') return { kind: 'upload_gone' };
  return name === 'NoSuchKey' ? { kind: 'missing' } : undefined;
}

async function readOutcome(
  writing: Promise<AwsAnswer>,
  readEtag: (answer: AwsAnswer) => string | undefined,
  signal: AbortSignal,
): Promise<WriteOutcome> {
  try {
    const answer = await writing;
    return { kind: 'written', etag: demand(readEtag(answer)), versionId: readVersion(answer.headers) };
  } catch (error) {
    const outcome = error instanceof AwsError ? readRefusal(error) : undefined;
    return outcome ?? failWith(signal)(error);
  }
}

const failWith =
  (signal: AbortSignal) =>
  (cause: unknown): never => {
    if (signal.aborted) throw createDeadlineError('store', cause);
    const status = cause instanceof AwsError ? cause.status : undefined;
    const code = status !== undefined && status >= 400 && status < 500 ? 'store_refused' : 'store_unavailable';
    throw createUnavailable({ service: 'S3', stage: 'store', code, cause });
  };
