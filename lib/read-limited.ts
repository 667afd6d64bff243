import { PermanentError, type Stage } from './errors.ts';

/**
 * Reads at most `maxBytes` into memory.
 * @throws PermanentError `too_large` beyond that
 */
export async function readLimited(bytes: AsyncIterable<Buffer>, maxBytes: number, stage: Stage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of bytes) {
    sizeBytes += chunk.length;
    if (sizeBytes > maxBytes) {
      const message = `The answer is larger than the limit of ${maxBytes} bytes.`;
      throw new PermanentError({ stage, code: 'too_large', message });
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
