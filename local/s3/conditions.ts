import type { Bucket, Content, Version } from './object-store.ts';
import { S3Error } from './s3-error.ts';
import type { Headers } from './s3-request.ts';

/**
 * Must run in the same synchronous step as the commit that it allows: that is all that makes conditional writes atomic.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
 */
export function checkWriteConditions(bucket: Bucket, key: string, headers: Headers): void {
  const current = bucket.objects.get(key)?.[0]?.content;
  const ifNoneMatch = headers['if-none-match'];
  if (ifNoneMatch !== undefined && ifNoneMatch !== '*') {
    throw new S3Error('NotImplemented', { details: { Header: 'If-None-Match' } });
  }
  if (ifNoneMatch !== undefined && current) throw refuse('If-None-Match');
  const ifMatch = headers['if-match'];
  if (ifMatch === undefined) return;
  if (!current) throw new S3Error('NoSuchKey', { details: { Key: key } });
  if (unquote(ifMatch) !== unquote(current.etag)) throw refuse('If-Match');
}

/** The tag conditions rule the date conditions out, as in RFC 9110. */
export function checkReadConditions(headers: Headers, { lastModified }: Version, { etag }: Content): void {
  const ifMatch = headers['if-match'];
  const ifNoneMatch = headers['if-none-match'];
  if (ifMatch !== undefined ? !listsTag(ifMatch, etag) : isAfter(lastModified, headers['if-unmodified-since'])) {
    throw refuse(ifMatch !== undefined ? 'If-Match' : 'If-Unmodified-Since');
  }
  const since = headers['if-modified-since'];
  const isUnchanged = since !== undefined && !Number.isNaN(Date.parse(since)) && !isAfter(lastModified, since);
  if (ifNoneMatch !== undefined ? listsTag(ifNoneMatch, etag) : isUnchanged) {
    throw new S3Error('NotModified', { headers: { etag, 'last-modified': lastModified.toUTCString() } });
  }
}

function listsTag(list: string, etag: string): boolean {
  return list.split(',').some((tag) => tag.trim() === '*' || unquote(tag) === unquote(etag));
}

function isAfter(moment: Date, date: string | undefined): boolean {
  return Math.floor(moment.getTime() / 1000) * 1000 > Date.parse(date ?? '');
}

/** S3 takes tags with and without their quotes. */
export function unquote(tag: string): string {
  return tag.trim().replace(/^"(.*)"$/, '$1');
}

function refuse(condition: string): S3Error {
  return new S3Error('PreconditionFailed', { details: { Condition: condition } });
}
