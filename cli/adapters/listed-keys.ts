import { ListObjectVersionsCommand, type ListObjectVersionsCommandOutput, type S3Client } from '@aws-sdk/client-s3';

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

type Listing = { client: S3Client; bucket: string; prefix: string };

/**
 * The versions and delete markers under a prefix, page by page; a bucket without versions has one `null` of each key.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectVersions.html
 */
export async function* listVersionPages(
  { client, bucket, prefix }: Listing,
  abortSignal: AbortSignal,
): AsyncGenerator<ListObjectVersionsCommandOutput, undefined> {
  let marker: { KeyMarker?: string; VersionIdMarker?: string | undefined } = {};
  for (;;) {
    const page = await client.send(
      // XML has no way to write every character that a key may have.
      new ListObjectVersionsCommand({ Bucket: bucket, Prefix: prefix, EncodingType: 'url', ...marker }),
      { abortSignal },
    );
    yield page;
    if (!page.IsTruncated || page.NextKeyMarker === undefined) return;
    marker = { KeyMarker: decodeKey(page.NextKeyMarker), VersionIdMarker: page.NextVersionIdMarker };
  }
}

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

/** S3 lists versions and delete markers apart, each with the newest of a key first. */
function groupByKey(
  { Versions = [], DeleteMarkers = [] }: ListObjectVersionsCommandOutput,
  begun: ListedKey | undefined,
): ListedKey[] {
  const found = new Map(begun && [[begun.key, begun]]);
  const entries = [
    ...Versions.map((entry) => ({ ...entry, isDeleteMarker: false })),
    ...DeleteMarkers.map((entry) => ({ ...entry, isDeleteMarker: true })),
  ];
  for (const { Key = '', VersionId: versionId = 'null', IsLatest = false, isDeleteMarker } of entries) {
    const key = decodeKey(Key);
    const listed = found.get(key) ?? { key, newest: { versionId, isDeleteMarker }, versions: 0 };
    if (IsLatest) listed.newest = { versionId, isDeleteMarker };
    if (!isDeleteMarker) listed.versions += 1;
    found.set(key, listed);
  }
  return [...found.values()].toSorted((one, other) => compareAsS3(one.key, other.key));
}
