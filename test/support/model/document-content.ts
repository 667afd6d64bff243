import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { PART_BYTES } from '../../../lib/config.ts';
import { encodeCrc32 } from '../../../lib/crc32.ts';

/** What a document says at one time. */
export type Content = { chunks: readonly Buffer[]; sizeBytes: number; sha256: string; crc32: string };

// The same memory for every large document: only their first chunks differ. It is not alone in it, so nobody frees it.
const part = Buffer.alloc(PART_BYTES + 1, 'contract ').subarray(0, PART_BYTES);
const known = new Map<string, Content>();

/** The n-th content of a document; a large one has to be copied in parts. */
export function makeContent(index: number, isLarge: boolean): Content {
  const name = `${index} ${isLarge}`;
  const content = known.get(name) ?? describe([Buffer.from(`%PDF-1.7 content ${index}\n`), ...chooseRest(isLarge)]);
  known.set(name, content);
  return content;
}

const chooseRest = (isLarge: boolean) => (isLarge ? [part, part, part] : [Buffer.from('%%EOF')]);

function describe(chunks: readonly Buffer[]): Content {
  const hash = createHash('sha256');
  for (const chunk of chunks) hash.update(chunk);
  return {
    chunks,
    sizeBytes: chunks.reduce((sum, { length }) => sum + length, 0),
    sha256: hash.digest('hex'),
    crc32: encodeCrc32(chunks.reduce((crc: number, chunk) => crc32(chunk, crc), 0)),
  };
}
