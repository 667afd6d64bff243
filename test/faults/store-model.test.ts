import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import * as fc from 'fast-check';
import { createS3Store } from '../../lib/adapters/s3-store.ts';
import { encodeCrc32 } from '../../lib/crc32.ts';
import type { FoundObject, Store, UploadedPart, WriteOutcome } from '../../lib/ports.ts';
import { connectTestBucket } from '../support/aws-clients.ts';
import { createStoreModel } from '../support/model/store-model.ts';
import { startTestBucket, type TestBucket } from '../support/services.ts';

const SEQUENCES = 400;
const { signal } = new AbortController();
const bodies = ['%PDF-1.7', '%PDF-1.7 more', ''].map((text) => Buffer.from(text));
const another = Buffer.from('another');

let bucket: TestBucket;
let real: Store;
let count = 0;

beforeAll(async () => {
  bucket = await startTestBucket();
  real = createS3Store({ client: connectTestBucket(bucket), bucket: bucket.bucket });
});

afterAll(() => bucket?.close());

const KINDS = ['put', 'begin', 'part', 'complete', 'abort', 'find', 'read'] as const;

/** What is done to one key. Numbers choose among the bodies, and the uploads, ETags and versions seen so far. */
type Step = {
  kind: (typeof KINDS)[number];
  body: number;
  upload: number;
  version: number;
  match: number | undefined;
  isWrong: boolean;
};

const step: fc.Arbitrary<Step> = fc.record({
  kind: fc.constantFrom(...KINDS),
  body: fc.nat(2),
  upload: fc.nat(2),
  version: fc.nat(3),
  match: fc.option(fc.nat(3), { nil: undefined }),
  isWrong: fc.nat(9).map((drawn) => drawn === 0),
});

const encodeHash = (body: Buffer) => createHash('sha256').update(body).digest('hex');
const encodeCrc = (body: Buffer) => encodeCrc32(crc32(body));
const pick = <T>(list: readonly T[], index: number) => list[index % list.length] as T;

/** Does steps to a key of its own and tells what came of each, in names that two stores have in common. */
function createTeller(store: Store, key: string): (step: Step) => Promise<unknown> {
  const uploads = ['unknown'];
  const etags: (string | undefined)[] = ['"unknown"'];
  const versionIds: (string | undefined)[] = [undefined];
  const parts = new Map<string, UploadedPart & { sizeBytes: number }>();
  const target = { key, contentType: 'application/pdf', metadata: { sha256: 'ours' } };

  const nameOf = <T>(list: T[], seen: T) => (list.includes(seen) ? list.indexOf(seen) : list.push(seen) - 1);
  const tell = (object: WriteOutcome | FoundObject | undefined) =>
    object && 'etag' in object
      ? { ...object, etag: nameOf(etags, object.etag), versionId: nameOf(versionIds, object.versionId) }
      : object;
  const readCondition = ({ match }: Step) => ({ etag: match === undefined ? undefined : pick(etags, match) });

  const steps: Record<Step['kind'], (step: Step) => Promise<unknown>> = {
    async put(given) {
      const body = pick(bodies, given.body);
      const sha256 = encodeHash(given.isWrong ? another : body);
      return tell(await store.putObject({ ...target, body: [body], sha256, condition: readCondition(given), signal }));
    },
    async begin() {
      uploads.push(await store.beginUpload(target, signal));
    },
    async part({ upload, body: index, isWrong }) {
      const body = pick(bodies, index);
      const uploadId = pick(uploads, upload);
      const checksum = encodeCrc(isWrong ? another : body);
      const part = await store.uploadPart({ key, uploadId, number: 1, body: [body], crc32: checksum, signal });
      parts.set(uploadId, { ...part, sizeBytes: body.length });
      return part.crc32;
    },
    async complete(given) {
      const uploadId = pick(uploads, given.upload);
      const unknown = { number: 1, etag: '"unknown"', crc32: encodeCrc(another), sizeBytes: 1 };
      const { sizeBytes, ...part } = parts.get(uploadId) ?? unknown;
      const checksum = given.isWrong ? encodeCrc(another) : part.crc32;
      const complete = { key, uploadId, parts: [part], crc32: checksum, sizeBytes, signal };
      return tell(await store.completeUpload({ ...complete, condition: readCondition(given) }));
    },
    abort: ({ upload }) => store.abortUpload(key, pick(uploads, upload)),
    find: async () => tell(await store.findObject(key, signal)),
    async read({ version }) {
      const chunks: Buffer[] = [];
      for await (const chunk of await store.readObject(key, pick(versionIds, version), signal)) chunks.push(chunk);
      return Buffer.concat(chunks).toString();
    },
  };

  return (given) => steps[given.kind](given).catch(({ code }: { code: string }) => ({ code }));
}

it('does with any calls what the store adapter does on the embedded S3', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 12 }), async (steps) => {
      const key = `tasks/1/steps/a/${++count}.pdf`;
      const doReal = createTeller(real, key);
      const doModel = createTeller(createStoreModel().store, key);
      for (const each of steps) expect([each, await doModel(each)]).toEqual([each, await doReal(each)]);
    }),
    { seed: jest.getSeed(), numRuns: SEQUENCES },
  );
});
