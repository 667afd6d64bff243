import { ListObjectVersionsCommand, type ObjectVersion, type S3Client } from '@aws-sdk/client-s3';

/** What a bucket has under one key. `newest` is a delete marker where the key looks empty to whoever lists objects. */
export type ListedKey = {
  key: string;
  newest: { versionId: string; isDeleteMarker: boolean };
  /** Delete markers are not counted. */
  versions: number;
};

/** A key as it is in a listing; S3 writes a space as `+` there. */
export const decodeKey = (encoded: string): string => decodeURIComponent(encoded.replaceAll('+', ' '));

const compareAsS3 = (one: string, other: string) => Buffer.compare(Buffer.from(one), Buffer.from(other));

/** One version, or one delete marker. A bucket without versions has one of each key, `null`. */
export type ListedVersion = {
  key: string;
  versionId: string;
  isLatest: boolean;
  isDeleteMarker: boolean;
  sizeBytes: number;
};

type Listing = { client: S3Client; bucket: string; prefix: string };

/**
 * The versions and delete markers under a prefix, page by page. S3 lists the two apart, each with the newest of a key first.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectVersions.html
 */
export async function* listVersionPages(
  { client, bucket, prefix }: Listing,
  abortSignal: AbortSignal,
): AsyncGenerator<ListedVersion[], undefined> {
  let marker: { KeyMarker?: string; VersionIdMarker?: string | undefined } = {};
  for (;;) {
    const page = await client.send(
      // XML has no way to write every character that a key may have.
      new ListObjectVersionsCommand({ Bucket: bucket, Prefix: prefix, EncodingType: 'url', ...marker }),
      { abortSignal },
    );
    const { Versions = [], DeleteMarkers = [] } = page;
    yield [
      ...Versions.map((entry) => readEntry(entry, false)),
      ...DeleteMarkers.map((entry) => readEntry(entry, true)),
    ];
    if (!page.IsTruncated || page.NextKeyMarker === undefined) return;
    marker = { KeyMarker: decodeKey(page.NextKeyMarker), VersionIdMarker: page.NextVersionIdMarker };
  }
}

const readEntry = (
  { Key = '', VersionId = 'null', IsLatest = false, Size = 0 }: ObjectVersion,
  isDeleteMarker: boolean,
): ListedVersion => ({
  key: decodeKey(Key),
  versionId: VersionId,
  isLatest: IsLatest,
  isDeleteMarker,
  sizeBytes: Size,
});

/** The keys under a prefix in their order, each with what its versions say. */
export async function* listKeys(listing: Listing, abortSignal: AbortSignal): AsyncGenerator<ListedKey, undefined> {
  // Its versions may go on in the next page.
  let last: ListedKey | undefined;
  for await (const page of listVersionPages(listing, abortSignal)) {
    const keys = groupByKey(page, last);
    last = keys.pop();
    yield* keys;
  }
  if (last) yield last;
}

function groupByKey(page: readonly ListedVersion[], begun: ListedKey | undefined): ListedKey[] {
  const found = new Map(begun && [[begun.key, begun]]);
  for (const { key, versionId, isLatest, isDeleteMarker } of page) {
    const listed = found.get(key) ?? { key, newest: { versionId, isDeleteMarker }, versions: 0 };
    if (isLatest) listed.newest = { versionId, isDeleteMarker };
    if (!isDeleteMarker) listed.versions += 1;
    found.set(key, listed);
  }
  return [...found.values()].toSorted((one, other) => compareAsS3(one.key, other.key));
}
