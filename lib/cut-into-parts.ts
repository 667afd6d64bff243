/**
 * The same bytes in parts of `partBytes`, each as the chunks that it came in: nothing is copied. Only the last part may be
 * shorter, and no part or chunk is empty. Each is let go of once the next is asked for.
 * @param watch sees every chunk once, in order
 */
export async function* cutIntoParts(
  bytes: AsyncIterable<Buffer>,
  partBytes: number,
  watch: (chunk: Buffer) => void,
): AsyncGenerator<Buffer[]> {
  let part: Buffer[] = [];
  let missingBytes = partBytes;
  for await (const chunk of bytes) {
    watch(chunk);
    let rest = chunk;
    while (rest.length >= missingBytes) {
      part.push(rest.subarray(0, missingBytes));
      rest = rest.subarray(missingBytes);
      yield part;
      part = [];
      missingBytes = partBytes;
    }
    if (rest.length > 0) part.push(rest);
    missingBytes -= rest.length;
  }
  if (part.length > 0) yield part;
}
