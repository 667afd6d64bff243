/** The same bytes in buffers of exactly `partBytes`; only the last one may be shorter, and none is empty. */
export async function* cutIntoParts(bytes: AsyncIterable<Buffer>, partBytes: number): AsyncGenerator<Buffer> {
  let chunks: Buffer[] = [];
  let heldBytes = 0;
  for await (const chunk of bytes) {
    let rest = chunk;
    while (heldBytes + rest.length >= partBytes) {
      const missing = partBytes - heldBytes;
      const part = Buffer.concat([...chunks, rest.subarray(0, missing)], partBytes);
      chunks = [];
      heldBytes = 0;
      rest = rest.subarray(missing);
      yield part;
    }
    if (rest.length > 0) chunks.push(rest);
    heldBytes += rest.length;
  }
  if (heldBytes > 0) yield Buffer.concat(chunks, heldBytes);
}
