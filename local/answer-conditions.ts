import type { IncomingHttpHeaders } from 'node:http';

type Outcome =
  | { status: 200 | 206; start: number; end: number; headers: Record<string, string | number> }
  | { status: 304; headers: Record<string, string | number> }
  | { status: 412; headers: Record<string, string | number> }
  | { status: 416; headers: Record<string, string | number> };

/**
 * What a GET with `If-Match`, `If-None-Match` and `Range` gets of a file; `end` is inclusive, as in `Range`.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
 */
export function answerConditions(headers: IncomingHttpHeaders, file: { etag: string; sizeBytes: number }): Outcome {
  const ifMatch = headers['if-match'];
  if (ifMatch !== undefined && !names(ifMatch, file.etag)) return { status: 412, headers: {} };
  const ifNoneMatch = headers['if-none-match'];
  if (ifNoneMatch !== undefined && names(ifNoneMatch, file.etag)) return { status: 304, headers: {} };

  const { sizeBytes } = file;
  const range = /^bytes=(\d*)-(\d*)$/.exec(headers.range ?? '');
  const [from, to] = [range?.[1] ?? '', range?.[2] ?? ''];
  if (from === '' && to === '') {
    return { status: 200, start: 0, end: sizeBytes - 1, headers: { 'content-length': sizeBytes } };
  }
  const start = from === '' ? Math.max(0, sizeBytes - Number(to)) : Number(from);
  const end = from === '' || to === '' ? sizeBytes - 1 : Math.min(Number(to), sizeBytes - 1);
  if (start > end) return { status: 416, headers: { 'content-range': `bytes */${sizeBytes}` } };
  const contentRange = `bytes ${start}-${end}/${sizeBytes}`;
  return { status: 206, start, end, headers: { 'content-length': end - start + 1, 'content-range': contentRange } };
}

const names = (condition: string, etag: string) =>
  condition.split(',').some((entry) => entry.trim() === etag || entry.trim() === '*');
