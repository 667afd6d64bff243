type Options = {
  takeFirst: () => Buffer;
  take: () => Buffer;
  /** Sees every chunk once, in order. */
  watch: (chunk: Buffer) => void;
};

/**
 * The same bytes in full buffers, one that `takeFirst` and others that `take` gives; only the last one may be shorter, and
 * none is empty. Each is filled in place, so that no byte is in memory twice, and let go of once it was handed out.
 */
export async function* cutIntoParts(
  bytes: AsyncIterable<Buffer>,
  { takeFirst, take, watch }: Options,
): AsyncGenerator<Buffer> {
  let part = takeFirst();
  let filledBytes = 0;
  for await (const chunk of bytes) {
    watch(chunk);
    let takenBytes = 0;
    while (takenBytes < chunk.length) {
      if (filledBytes === part.length) {
        yield part;
        part = take();
        filledBytes = 0;
      }
      const copiedBytes = chunk.copy(part, filledBytes, takenBytes);
      filledBytes += copiedBytes;
      takenBytes += copiedBytes;
    }
  }
  if (filledBytes > 0) yield part.subarray(0, filledBytes);
}
