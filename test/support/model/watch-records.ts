import { isDeepStrictEqual } from 'node:util';
import { readPending } from '../../../lib/archive-event.ts';
import { TASK_STEP_ID } from '../../../lib/record.ts';
import type { Table, TaskPages } from '../../../lib/ports.ts';
import { type BusModel, nameVersion } from './bus-model.ts';
import type { StoredVersion } from './store-model.ts';
import type { Item, TableModel } from './table-model.ts';

/** What may only change together, when a copy is finished. */
const ARCHIVED = ['bucket', 'key', 'version_id', 'etag', 'file_name', 'size_bytes', 'sha256', 'archived_at'] as const;

type Write = { writer: string; before: Item; after: Item; at: string };

/** A worker's leases bear its name. */
export const isOf = (writer: string, leaseId: unknown) => String(leaseId).startsWith(`${writer}_`);

/** Only who has the lease writes a record, or takes a lease that nobody has. */
function findIntruder({ writer, before, after, at }: Write): string | undefined {
  if (isOf(writer, before.lease_id)) return;
  const isFree = before.lease_id === undefined || String(before.lease_expires_at) < at;
  if (!isFree) return `${writer} wrote a record while ${String(before.lease_id)} was held`;
  if (isOf(writer, after.lease_id) || isRidOfEvents(before, after)) return;
  return `${writer} wrote a record without a lease`;
}

const listUnpublished = (record: Item) => readPending({ eventPending: record.event_pending as string | undefined });

const GOES_WITH_EVENTS = new Set(['event_pending', 'unfinished', 'updated_at']);

/** The one write that needs no lease: all events are published, so that nothing is left to do. */
const isRidOfEvents = (before: Item, after: Item) =>
  before.event_pending !== undefined &&
  after.event_pending === undefined &&
  Object.entries(after).every(([name, value]) => GOES_WITH_EVENTS.has(name) || isDeepStrictEqual(before[name], value));

/** No event is taken off that the bus was not told. */
function findLostEvent({ writer, before, after }: Write, { told }: BusModel): string | undefined {
  const left = new Set(listUnpublished(after).map(({ detail }) => nameVersion(detail)));
  const dropped = listUnpublished(before).filter(({ detail }) => !left.has(nameVersion(detail)));
  return dropped.every(({ detail }) => told.has(nameVersion(detail))) ? undefined : `${writer} dropped an event`;
}

/** What failed is free for the next at once. */
function findStrayLease({ writer, after }: Write): string | undefined {
  const isClaimed = after.status === 'COPYING' || after.status === 'ARCHIVED';
  return isClaimed || after.lease_id === undefined
    ? undefined
    : `${writer} left a lease on what is ${String(after.status)}`;
}

/** Once archived, for ever; and all that describes the object is of one version that is really there. */
function findBrokenPromise({ writer, before, after }: Write, versions: readonly StoredVersion[]) {
  if (before.status === 'ARCHIVED' && after.status !== 'ARCHIVED') return `${writer} took ARCHIVED back`;
  if (after.status !== 'ARCHIVED' || ARCHIVED.every((name) => before[name] === after[name])) return;
  const version = versions.find(({ versionId }) => versionId === after.version_id);
  const isWhole = version?.key === after.key && version?.etag === after.etag && version?.sizeBytes === after.size_bytes;
  const isFinished = isWhole && after.archived_at !== undefined && after.lease_id === undefined;
  return isFinished ? undefined : `${writer} changed what is archived, but not all of it`;
}

function findLostStep({ writer, before, after }: Write): string | undefined {
  const known = (before.step_ids ?? []) as string[];
  const kept = new Set((after.step_ids ?? []) as string[]);
  if (!known.every((id) => kept.has(id))) return `${writer} forgot a step`;
  const isTakenBack = before.status === 'DISCOVERED' && after.status !== 'DISCOVERED';
  return isTakenBack ? `${writer} took DISCOVERED back` : undefined;
}

type Watch = {
  writer: string;
  versions: readonly StoredVersion[];
  violations: string[];
  bus: BusModel;
  recordedVersions: Set<string>;
};

/** The table of one worker; what no write may ever do is noted as a violation. */
export function watchRecords(
  { table, peek }: TableModel,
  { writer, versions, violations, bus, recordedVersions }: Watch,
): Table & TaskPages {
  return {
    read: table.read,
    followRecords: table.followRecords,
    async update(key, change) {
      const before = peek(key) ?? {};
      const after = await table.update(key, change);
      if (!after) return after;
      if (after.status === 'ARCHIVED' || after.sha256 !== undefined) recordedVersions.add(nameVersion(after));
      const write: Write = { writer, before, after, at: String(after.updated_at) };
      const found =
        key.stepId === TASK_STEP_ID
          ? [findLostStep(write), findLostEvent(write, bus)]
          : [findIntruder(write), findStrayLease(write), findBrokenPromise(write, versions), findLostEvent(write, bus)];
      violations.push(...found.filter((violation) => violation !== undefined));
      return after;
    },
  };
}
