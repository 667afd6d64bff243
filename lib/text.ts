/** Well-formed text of at most `maxBytes` bytes of UTF-8, never cut inside a character. */
export function cutToBytes(text: string, maxBytes: number): string {
  const bytes = Buffer.from(text.toWellFormed());
  let end = Math.min(bytes.length, maxBytes);
  while (end < bytes.length && ((bytes[end] as number) & 0xc0) === 0x80) end -= 1;
  return bytes.toString('utf8', 0, end);
}

/** At most `maxLength` characters, never half of a surrogate pair. */
export function cutToLength(text: string, maxLength: number): string {
  const cut = text.slice(0, maxLength);
  return (/[\uD800-\uDBFF]$/.test(cut) && cut.length < text.length ? cut.slice(0, -1) : cut).toWellFormed();
}
