import type { Readable } from 'node:stream';

/**
 * Reads a stream chunk by chunk; undefined at its end. What a stream's own iterator does, at a fraction of what that costs
 * for a body of one or two chunks.
 * @throws what broke the stream, or ECONNRESET where nobody says
 */
export function createChunkReader(body: Readable): () => Promise<Buffer | undefined> {
  let wake = (): void => undefined;
  for (const event of ['readable', 'end', 'error', 'close']) body.on(event, () => wake());
  return async () => {
    for (;;) {
      const chunk = body.destroyed ? null : (body.read() as Buffer | null);
      if (chunk !== null) return chunk;
      if (body.readableEnded) return undefined;
      if (body.destroyed) throw body.errored ?? Object.assign(new Error('closed'), { code: 'ECONNRESET' });
      await new Promise<void>((resolve) => void (wake = resolve));
    }
  };
}
