import { crc32 } from 'node:zlib';
import { encodeCrc32 } from '../lib/crc32.ts';
import { createDigest } from '../lib/digest.ts';
import { describeObject } from '../lib/document-id.ts';
import type { OpenObject } from './adapters/archived-objects.ts';
import type { Difference } from './verify-finding.ts';
import type { ArchivedRecord } from './verify-record.ts';

/** Which of S3's own checksums there was to compare with. */
export type S3Checksum = 'sha256' | 'crc32' | 'none';

export type Comparison = { differences: readonly Difference[]; checksum: S3Checksum };

/**
 * Reads an object to its end, holds nothing of it, and compares: the bytes with the record and with S3's own checksum,
 * the rest with the record. An object that came in parts has no SHA-256 of S3 and none in its metadata.
 * @see docs/design.md "The object (S3)"
 */
export async function compareObject(
  record: ArchivedRecord,
  object: OpenObject,
  onBytes: (sizeBytes: number) => void,
): Promise<Comparison> {
  const digest = createDigest();
  let crc = 0;
  for await (const chunk of object.body) {
    digest.update(chunk);
    crc = crc32(chunk, crc);
    onBytes(chunk.length);
  }
  const { sha256, sizeBytes } = digest.finish();
  const { metadata } = object;
  const compared: Difference[] = [
    { field: 'sha256', expected: record.sha256, found: sha256 },
    { field: 'size_bytes', expected: record.sizeBytes, found: sizeBytes },
    { field: 'etag', expected: record.etag, found: object.etag ?? null },
    { field: 'content_type', expected: record.contentType, found: object.contentType ?? null },
    ...Object.entries(describeObject(record)).map(([name, expected]) => ({
      field: `metadata ${name}`,
      expected,
      found: metadata[name] ?? null,
    })),
  ];
  if (metadata.sha256 !== undefined) {
    compared.push({ field: 'metadata sha256', expected: record.sha256, found: metadata.sha256 });
  }
  if (object.sha256 !== undefined) {
    const expected = Buffer.from(object.sha256, 'base64').toString('hex');
    compared.push({ field: 'sha256 that S3 keeps', expected, found: sha256 });
  }
  if (object.crc32 !== undefined) {
    compared.push({ field: 'crc32 that S3 keeps', expected: object.crc32, found: encodeCrc32(crc) });
  }
  const checksum = object.sha256 !== undefined ? 'sha256' : object.crc32 !== undefined ? 'crc32' : 'none';
  return { differences: compared.filter(({ expected, found }) => expected !== found), checksum };
}
