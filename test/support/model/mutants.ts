import type { Store, WriteCondition } from '../../../lib/ports.ts';
import type { Mutation } from './archive-world.ts';
import { isManifest } from './watch-manifest.ts';

/** Claims whatever somebody else's lease says: nothing is known of when it ends. */
export const dropLeaseCondition: Mutation = ({ table, ...outside }) => ({
  ...outside,
  table: {
    ...table,
    update: (key, { condition, ...change }) =>
      table.update(key, {
        ...change,
        condition: condition.replaceAll(/#lease_expires_at\s*<\s*:\w+/g, 'attribute_not_exists(#nothing)'),
      }),
  },
});

/** Writes the first time, too, over whatever is there. */
export const dropIfNoneMatch: Mutation = ({ store, ...outside }) => {
  const drop = async ({ etag }: WriteCondition, key: string, signal: AbortSignal) => ({
    etag: etag ?? (await store.findObject(key, signal))?.etag,
  });
  const putObject: Store['putObject'] = async (request) =>
    store.putObject({ ...request, condition: await drop(request.condition, request.key, request.signal) });
  const completeUpload: Store['completeUpload'] = async (request) =>
    store.completeUpload({ ...request, condition: await drop(request.condition, request.key, request.signal) });
  return { ...outside, store: { ...store, putObject, completeUpload } };
};

/** Writes a manifest over whatever is there by then. */
export const dropManifestCondition: Mutation = ({ store, ...outside }) => {
  const putObject: Store['putObject'] = async (request) => {
    if (!isManifest(request.key)) return store.putObject(request);
    const found = await store.findObject(request.key, request.signal);
    return store.putObject({ ...request, condition: { etag: found?.etag } });
  };
  return { ...outside, store: { ...store, putObject } };
};

/** Nobody compares what came with what was announced. */
export const dropLengthCheck: Mutation = ({ openLink, ...outside }) => ({
  ...outside,
  openLink: async (...request) => {
    const opened = await openLink(...request);
    if (opened === 'unchanged') return opened;
    const { sizeBytes: _, ...rest } = opened;
    return rest;
  },
});

/** Whoever publishes takes every answer for a yes, and the bus takes nothing. */
export const dropEvents: Mutation = (outside) => ({ ...outside, publishEvents: async () => undefined });
