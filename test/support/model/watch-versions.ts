import type { Store, WriteOutcome } from '../../../lib/ports.ts';
import type { Content } from './document-content.ts';
import type { StoredVersion, StoreModel } from './store-model.ts';
import { isManifest, judgeManifest } from './watch-manifest.ts';

type Watch = {
  writer: string;
  /** Whether the writer has the lease of the document under this key, now. */
  holdsLease: (key: string) => boolean;
  /** What the document has been, the oldest first. */
  contents: readonly Content[];
  isForced: boolean;
  /** Of the versions that holders wrote, the latest content by key: shared by all workers. */
  heldContents: Map<string, number>;
  wrongVersions: string[];
};

const findContent = ({ crc32, sizeBytes }: StoredVersion, contents: readonly Content[]) =>
  contents.findIndex((content) => content.crc32 === crc32 && content.sizeBytes === sizeBytes);

/**
 * The store of one worker; each version that should not be there is noted: one that is no whole document, the same
 * again unless that was forced, an older content over a newer one. Only what a worker wrote that had lost its lease may
 * be replaced by an older content, by whoever has the lease.
 */
export function watchVersions({ store, versions }: StoreModel, watch: Watch): Store {
  const { writer, holdsLease, contents, isForced, heldContents, wrongVersions } = watch;

  function judge(key: string): string | undefined {
    const [version, before] = versions.filter((candidate) => candidate.key === key).toReversed();
    if (isManifest(key)) {
      const found = judgeManifest(version as StoredVersion, before);
      return found && `${writer} ${found}`;
    }
    const index = findContent(version as StoredVersion, contents);
    const indexBefore = before ? findContent(before, contents) : -1;
    const isHeld = holdsLease(key);
    const newest = isHeld ? (heldContents.get(key) ?? -1) : indexBefore;
    if (isHeld) heldContents.set(key, index);
    if (index < 0) return `${writer} stored what is no whole document`;
    if (index === indexBefore && !isForced) return `${writer} stored the same again`;
    return index < newest ? `${writer} put old bytes over new ones` : undefined;
  }

  async function watchWrite(key: string, writing: Promise<WriteOutcome>): Promise<WriteOutcome> {
    const outcome = await writing;
    const found = outcome.kind === 'written' ? judge(key) : undefined;
    if (found) wrongVersions.push(found);
    return outcome;
  }

  return {
    ...store,
    putObject: (request) => watchWrite(request.key, store.putObject(request)),
    completeUpload: (request) => watchWrite(request.key, store.completeUpload(request)),
  };
}
