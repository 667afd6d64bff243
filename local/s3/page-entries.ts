import { S3Error } from './s3-error.ts';

export type PageRequest<Entry> = {
  query: URLSearchParams;
  max: number;
  /** Where the page before ended: a key, or a common prefix. */
  marker: string;
  isLeft: (entry: Entry) => boolean;
};
/** `next` is the last thing on a page that isn't the last one. */
export type Page<Entry> = { items: Entry[]; prefixes: string[]; next: { key: string; entry?: Entry } | undefined };

/** `entries` in the order of `compareKeys`. Prefix, delimiter and the size of a page, the same in all of S3's listings. */
export function pageEntries<Entry extends { key: string }>(
  entries: readonly Entry[],
  { query, max, marker, isLeft }: PageRequest<Entry>,
): Page<Entry> {
  const prefix = query.get('prefix') ?? '';
  const delimiter = query.get('delimiter') ?? '';
  const items: Entry[] = [];
  const prefixes: string[] = [];
  let next: Page<Entry>['next'];
  for (const entry of entries) {
    if (!entry.key.startsWith(prefix) || !isLeft(entry)) continue;
    const cut = delimiter === '' ? -1 : entry.key.indexOf(delimiter, prefix.length);
    const group = cut < 0 ? undefined : entry.key.slice(0, cut + delimiter.length);
    if (group !== undefined && (group === prefixes.at(-1) || group === marker)) continue;
    if (items.length + prefixes.length === max) return { items, prefixes, next };
    if (group === undefined) items.push(entry);
    else prefixes.push(group);
    next = group === undefined ? { key: entry.key, entry } : { key: group };
  }
  return { items, prefixes, next: undefined };
}

/** By the bytes of their UTF-8, not by UTF-16 units as `<` would. */
export function compareKeys(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

export function readCount(query: URLSearchParams, name: string): number {
  const given = query.get(name) ?? '1000';
  if (/^\d{1,9}$/.test(given)) return Math.min(Number(given), 1000);
  throw new S3Error('InvalidArgument', { message: `Provided ${name} not an integer or within integer range` });
}

/** How keys are written in the answer; clients that ask for it take the percent signs off again. */
export function readEncoding(query: URLSearchParams): (key: string) => string {
  const type = query.get('encoding-type');
  if (type === null) return (key) => key;
  if (type === 'url') return (key) => encodeURIComponent(key).replaceAll('%2F', '/');
  throw new S3Error('InvalidArgument', { message: 'Invalid Encoding Method specified in Request' });
}
