import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { encodeCrc32 } from '../../../lib/crc32.ts';
import { TransientError } from '../../../lib/errors.ts';
import type { ObjectTarget, Store, UploadedPart, WriteCondition, WriteOutcome } from '../../../lib/ports.ts';

export type StoredVersion = ObjectTarget & {
  versionId: string;
  etag: string;
  chunks: readonly Buffer[];
  sizeBytes: number;
  /** Base64, over all of it. */
  crc32: string;
  /** Only of these S3 names the CRC-32. */
  isMultipart: boolean;
};

const copyChunks = (chunks: readonly Buffer[]) => chunks.map((chunk) => Buffer.from(chunk));

type Upload = { target: ObjectTarget; parts: Map<number, { part: UploadedPart; body: readonly Buffer[] }> };

export type StoreModel = { store: Store; versions: readonly StoredVersion[]; uploads: ReadonlyMap<string, Upload> };

const refuse = (name: string) =>
  new TransientError({ stage: 'store', code: 'store_refused', message: `S3 failed (${name}).` });

const checksumOf = (chunks: readonly Buffer[]) =>
  encodeCrc32(chunks.reduce((crc: number, chunk) => crc32(chunk, crc), 0));

/** A bucket with versions, as S3 keeps one. Each call takes effect at once and whole. */
export function createStoreModel(bucket = 'archive'): StoreModel {
  const versions: StoredVersion[] = [];
  const uploads = new Map<string, Upload>();
  let count = 0;

  const findLatest = (key: string) => versions.findLast((version) => version.key === key);

  function findUpload(key: string, uploadId: string): Upload | undefined {
    const upload = uploads.get(uploadId);
    return upload?.target.key === key ? upload : undefined;
  }

  /** What speaks against a write. */
  function checkCondition(key: string, { etag }: WriteCondition): WriteOutcome | undefined {
    const latest = findLatest(key);
    if (etag === undefined) return latest && { kind: 'exists' };
    if (!latest) return { kind: 'missing' };
    return latest.etag === etag ? undefined : { kind: 'exists' };
  }

  function commit(version: Omit<StoredVersion, 'versionId' | 'sizeBytes'>): WriteOutcome {
    const versionId = `version_${++count}`;
    const sizeBytes = version.chunks.reduce((sum, { length }) => sum + length, 0);
    versions.push({ ...version, versionId, sizeBytes });
    return { kind: 'written', etag: version.etag, versionId };
  }

  const store: Store = {
    bucket,

    async putObject({ key, contentType, metadata, body, sha256, condition }) {
      if (createHash('sha256').update(Buffer.concat(body)).digest('hex') !== sha256) throw refuse('BadDigest');
      const etag = `"${createHash('md5').update(Buffer.concat(body)).digest('hex')}"`;
      const version = {
        key,
        contentType,
        metadata,
        etag,
        // As S3 does: whoever sent it uses its buffers again.
        chunks: copyChunks(body),
        crc32: checksumOf(body),
        isMultipart: false,
      };
      return checkCondition(key, condition) ?? commit(version);
    },

    async beginUpload(target) {
      const uploadId = `upload_${++count}`;
      uploads.set(uploadId, { target, parts: new Map() });
      return uploadId;
    },

    async uploadPart({ key, uploadId, number, body, crc32: checksum }) {
      const upload = findUpload(key, uploadId);
      if (!upload) throw refuse('NoSuchUpload');
      if (checksumOf(body) !== checksum) throw refuse('BadDigest');
      const part = { number, etag: `"${checksum}"`, crc32: checksum };
      upload.parts.set(number, { part, body: copyChunks(body) });
      return part;
    },

    async completeUpload({ key, uploadId, parts, crc32: checksum, sizeBytes, condition }) {
      const upload = findUpload(key, uploadId);
      if (!upload) return { kind: 'upload_gone' };
      const taken = parts.map(({ number, etag }) => {
        const found = upload.parts.get(number);
        if (found?.part.etag !== etag) throw refuse('InvalidPart');
        return found;
      });
      const chunks = taken.flatMap(({ body }) => body);
      if (chunks.reduce((sum, { length }) => sum + length, 0) !== sizeBytes) throw refuse('InvalidRequest');
      const refused = checkCondition(key, condition);
      if (refused) return refused;
      if (checksumOf(chunks) !== checksum) throw refuse('BadDigest');
      uploads.delete(uploadId);
      // Like S3's, it follows from the parts alone.
      const etag = `"${taken.map(({ part }) => part.crc32).join('')}-${parts.length}"`;
      return commit({ ...upload.target, etag, chunks, crc32: checksum, isMultipart: true });
    },

    async abortUpload(key, uploadId) {
      if (findUpload(key, uploadId)) uploads.delete(uploadId);
    },

    async findObject(key) {
      const latest = findLatest(key);
      if (!latest) return;
      const { etag, versionId, contentType, sizeBytes, metadata, isMultipart } = latest;
      const checksums = { sha256: metadata.sha256, crc32: isMultipart ? latest.crc32 : undefined };
      return { etag, versionId, contentType, sizeBytes, ...checksums };
    },

    async readObject(key, versionId) {
      const version = versions.find((candidate) => candidate.versionId === versionId) ?? findLatest(key);
      if (version?.key !== key) throw refuse('NoSuchKey');
      return (async function* () {
        yield* version.chunks;
      })();
    },
  };

  return { store, versions, uploads };
}
