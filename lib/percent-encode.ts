/**
 * Everything but letters, digits and `-_.~` percent-encoded, as AWS signs it.
 * @see https://www.rfc-editor.org/rfc/rfc3986#section-2.3
 */
export const percentEncode = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
