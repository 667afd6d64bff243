/** Any of the three forms of RFC 9110; `Date.parse` alone would find a date in most words before a number. */
const HTTP_DATE = /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? .*\d\d:\d\d:\d\d/;

/** Its oldest form names no zone, and means GMT all the same. */
const nameZone = (text: string) => text.replace(/:\d\d \d{4}$/, '$& GMT');

/**
 * Seconds to wait as `Retry-After` says, a number or a date; undefined for anything else.
 * @see https://www.rfc-editor.org/rfc/rfc9110#field.retry-after
 */
export function readRetryAfter(header: string | undefined, now: number): number | undefined {
  const text = header?.trim() ?? '';
  if (/^\d{1,9}$/.test(text)) return Number(text);
  const date = HTTP_DATE.test(text) ? Date.parse(nameZone(text)) : Number.NaN;
  return Number.isNaN(date) ? undefined : Math.max(0, Math.ceil((date - now) / 1000));
}
