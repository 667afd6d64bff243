import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { createTableCrc } from './crc.ts';
import { S3Error } from './s3-error.ts';
import type { Headers } from './s3-request.ts';

export const CHECKSUM_ALGORITHMS = ['crc32', 'crc32c', 'crc64nvme', 'sha1', 'sha256'] as const;
export type ChecksumAlgorithm = (typeof CHECKSUM_ALGORITHMS)[number];
export type ChecksumType = 'FULL_OBJECT' | 'COMPOSITE';
export type Checksum = { algorithm: ChecksumAlgorithm; type: ChecksumType; value: string };
export type Digest = { update(bytes: Uint8Array): unknown; digest(): Buffer };

const DIGEST_BYTES: Record<ChecksumAlgorithm, number> = { crc32: 4, crc32c: 4, crc64nvme: 8, sha1: 20, sha256: 32 };

export function createDigest(algorithm: ChecksumAlgorithm): Digest {
  if (algorithm === 'crc32') return createCrc32();
  if (algorithm === 'sha1' || algorithm === 'sha256') return createHash(algorithm);
  return createTableCrc(algorithm);
}

function createCrc32(): Digest {
  let value = 0;
  return {
    update: (bytes) => {
      value = crc32(bytes, value);
    },
    digest: () => {
      const bytes = Buffer.alloc(4);
      bytes.writeUInt32BE(value);
      return bytes;
    },
  };
}

export function parseAlgorithm(name: string): ChecksumAlgorithm {
  const found = CHECKSUM_ALGORITHMS.find((algorithm) => algorithm === name.toLowerCase());
  if (!found) throw new S3Error('InvalidRequest', { message: 'Checksum algorithm provided is unsupported.' });
  return found;
}

/** The one `x-amz-checksum-<algorithm>` a request may carry. */
export function readChecksumHeader(headers: Headers): { algorithm: ChecksumAlgorithm; value: string } | undefined {
  const given = CHECKSUM_ALGORITHMS.filter((algorithm) => headers[`x-amz-checksum-${algorithm}`] !== undefined);
  const [algorithm] = given;
  if (!algorithm) return undefined;
  if (given.length > 1) {
    const message = 'Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.';
    throw new S3Error('InvalidRequest', { message });
  }
  const value = headers[`x-amz-checksum-${algorithm}`] ?? '';
  checkWellFormed(algorithm, value);
  return { algorithm, value };
}

/** A composite value is that of the parts' digests, followed by their number, which may be left out. */
export function checkWellFormed(algorithm: ChecksumAlgorithm, value: string): void {
  const bytes = Buffer.from(value.replace(/-\d+$/, ''), 'base64');
  if (bytes.length === DIGEST_BYTES[algorithm]) return;
  throw new S3Error('InvalidRequest', { message: `Value for x-amz-checksum-${algorithm} header is invalid.` });
}

export function checkChecksum(algorithm: ChecksumAlgorithm, expected: string, actual: string): void {
  if (expected === actual) return;
  const message = `The ${algorithm.toUpperCase()} you specified did not match the calculated checksum.`;
  throw new S3Error('BadDigest', { message });
}

export function renderChecksumHeaders(checksum: Checksum): Record<string, string> {
  return { [`x-amz-checksum-${checksum.algorithm}`]: checksum.value, 'x-amz-checksum-type': checksum.type };
}

/** As XML answers name it: `ChecksumCRC32`, `ChecksumSHA256`, … */
export function renderChecksumElement({ algorithm, value }: { algorithm: ChecksumAlgorithm; value: string }) {
  return { [nameChecksumElement(algorithm)]: value };
}

export function nameChecksumElement(algorithm: ChecksumAlgorithm): string {
  return `Checksum${algorithm.toUpperCase()}`;
}
