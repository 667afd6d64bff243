/** One thing that is not as recorded; null where there is nothing. */
export type Difference = { field: string; expected: string | number | null; found: string | number | null };

/** What was read and is not as recorded, or could not be read. */
export type DocumentKind = 'different' | 'missing' | 'unreadable';
/** What only the bucket's listing shows. */
export type ListingKind = 'object_without_record' | 'newer_version';
/** What the listing cannot show: an archived document where nobody has looked. */
export type PlaceKind = 'elsewhere';

/** A line of the report, in the names it has there. */
export type Finding<Kind = DocumentKind | ListingKind | PlaceKind> = {
  kind: Kind;
  task_id: string | null;
  step_id: string | null;
  bucket: string | null;
  key: string | null;
  version_id: string | null;
  differences: readonly Difference[];
  /** Why it could not be read. */
  reason: string | null;
};
