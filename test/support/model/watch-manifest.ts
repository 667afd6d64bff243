import type { StoredVersion } from './store-model.ts';

type Manifest = { documents: { step_id: string; version_id?: string }[] };

export const isManifest = (key: string): boolean => key.endsWith('/manifest.json');

export const readManifest = ({ chunks }: StoredVersion): string => Buffer.concat(chunks).toString();

/** The model counts its versions. */
const countOf = (versionId = 'version_0') => Number(versionId.replace('version_', ''));

/** A version of a manifest that should not be there, in words: the same again, or one that knows less than the last. */
export function judgeManifest(version: StoredVersion, before: StoredVersion | undefined): string | undefined {
  if (!before) return;
  if (readManifest(version) === readManifest(before)) return 'wrote the same manifest again';
  const { documents } = JSON.parse(readManifest(version)) as Manifest;
  const known = JSON.parse(readManifest(before)) as Manifest;
  const versions = new Map(documents.map(({ step_id, version_id }) => [step_id, countOf(version_id)]));
  const isOlder = known.documents.some(
    ({ step_id, version_id }) => countOf(version_id) > (versions.get(step_id) ?? -1),
  );
  return isOlder ? 'put an old manifest over a new one' : undefined;
}
