import { freeMemory } from './free-memory.ts';

type Options = {
  /** Of a full part. */
  buffers: number;
  take: () => Buffer;
  /** Sees every chunk once, in order. */
  watch: (chunk: Buffer) => void;
};

/**
 * The same bytes in parts of so many full buffers each; only the last part, and its last buffer, may be shorter, and none is
 * empty. Chunks are done with once they are copied; a part is let go of once the next is asked for.
 */
export async function* cutIntoParts(
  bytes: AsyncIterable<Buffer>,
  { buffers, take, watch }: Options,
): AsyncGenerator<Buffer[]> {
  let part: Buffer[] = [];
  let room: Buffer = Buffer.alloc(0);
  for await (const chunk of bytes) {
    watch(chunk);
    for (let rest = chunk; rest.length > 0; ) {
      if (room.length === 0) {
        room = take();
        part.push(room);
      }
      const copiedBytes = rest.copy(room);
      rest = rest.subarray(copiedBytes);
      room = room.subarray(copiedBytes);
      if (room.length === 0 && part.length === buffers) {
        yield part;
        part = [];
      }
    }
    freeMemory(chunk);
  }
  const last = part.pop();
  if (last) yield [...part, last.subarray(0, last.length - room.length)];
}
