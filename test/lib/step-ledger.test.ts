import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ArchivedDocument, FailedTry, Table } from '../../lib/ports.ts';
import type { StepRecord } from '../../lib/record.ts';
import { createStepLedger } from '../../lib/step-ledger.ts';
import { type LedgerWorld, startLedgerWorld } from '../support/ledger-world.ts';

const trigger = { event: 'flows.tasks.completed', eventId: 'evt_1', workflowId: 'wf_1' };
const error = { stage: 'resolve', code: 'server_error', message: 'The vendor answered 500.' };
const document: ArchivedDocument = {
  bucket: 'archive',
  key: 'tasks/1/steps/a/a.pdf',
  versionId: 'v1',
  etag: '"e1"',
  fileName: 'a.pdf',
  contentType: 'application/pdf',
  sizeBytes: 3,
  sha256: 'a'.repeat(64),
  sourceEtag: '"s1"',
  warning: 'content_unrecognised',
};

let world: LedgerWorld;
let ledger: ReturnType<typeof createStepLedger>;
let count = 0;

beforeAll(async () => {
  world = await startLedgerWorld();
  ledger = createStepLedger(world.table, world.now);
});
afterAll(() => world?.close());

const newStep = () => ({ taskId: `task_${++count}`, stepId: 'a' });
const newLease = (ms = 905_000) => ({ id: `lease_${++count}`, expiresAt: new Date(world.now() + ms) });

async function claim(step: { taskId: string; stepId: string }, by = trigger as object) {
  const lease = newLease();
  const outcome = await ledger.claimStep(step, by, lease);
  if (!('claimed' in outcome)) throw new Error('busy');
  return { lease, claimed: outcome.claimed };
}

async function fail(step: { taskId: string; stepId: string }, failure: Partial<FailedTry> = {}) {
  const { lease, claimed } = await claim(step);
  return ledger.failStep(claimed, lease, { status: 'PENDING', error, notReadyCount: 0, ...failure });
}

async function archive(step: { taskId: string; stepId: string }, by = document) {
  const { lease, claimed } = await claim(step);
  return ledger.finishStep(claimed, lease, { document: by, trigger });
}

describe('claimStep', () => {
  it('writes a new record with a lease, before anything is asked', async () => {
    const step = newStep();
    const { lease } = await claim(step);

    const timestamp = new Date(world.now()).toISOString();
    expect(await world.readItem(step.taskId, 'a')).toEqual({
      schema: 1,
      task_id: step.taskId,
      step_id: 'a',
      status: 'COPYING',
      event: 'flows.tasks.completed',
      event_id: 'evt_1',
      workflow_id: 'wf_1',
      attempts: 1,
      not_ready_count: 0,
      sweeps: 0,
      lease_id: lease.id,
      lease_expires_at: lease.expiresAt.toISOString(),
      unfinished: expect.stringMatching(/^[0-7]$/),
      created_at: timestamp,
      updated_at: timestamp,
    });
  });

  it('says until when somebody else has the step', async () => {
    const step = newStep();
    const { lease } = await claim(step);

    expect(await ledger.claimStep(step, trigger, newLease())).toEqual({ busyUntil: lease.expiresAt });
  });

  it('takes over when the lease of another has run out', async () => {
    const step = newStep();
    await ledger.claimStep(step, trigger, newLease(1_000));
    world.passMs(1_001);

    expect((await claim(step)).claimed).toMatchObject({ status: 'COPYING', attempts: 2 });
  });

  it('has one winner among many at once', async () => {
    const step = newStep();
    const outcomes = await Promise.all(Array.from({ length: 10 }, () => ledger.claimStep(step, trigger, newLease())));

    expect(outcomes.filter((outcome) => 'claimed' in outcome)).toHaveLength(1);
    expect(await world.readItem(step.taskId, 'a')).toMatchObject({ attempts: 1 });
  });

  it('recognises its own claim when the answer to it got lost', async () => {
    const step = newStep();
    const lease = newLease();
    await ledger.claimStep(step, trigger, lease);

    expect(await ledger.claimStep(step, trigger, lease)).toMatchObject({ claimed: { attempts: 1, leaseId: lease.id } });
  });

  it('leaves all that describes an archived document as it is', async () => {
    const step = newStep();
    await archive(step);
    const before = await world.readItem(step.taskId, 'a');
    const { lease } = await claim(step, { event: 'another', eventId: 'evt_2' });

    expect(await world.readItem(step.taskId, 'a')).toEqual({
      ...before,
      attempts: 2,
      lease_id: lease.id,
      lease_expires_at: lease.expiresAt.toISOString(),
      unfinished: expect.stringMatching(/^[0-7]$/),
    });
  });

  it.each(['NOT_AVAILABLE', 'NOT_FOUND', 'FAILED'] as const)('reopens what is %s, counting from 0', async (status) => {
    const step = newStep();
    await fail(step, { status, notReadyCount: 4 });

    expect((await claim(step)).claimed).toMatchObject({
      status: 'COPYING',
      notReadyCount: 0,
      attempts: 2,
      unfinished: expect.stringMatching(/^[0-7]$/),
    });
  });

  it('keeps counting 404 and 501 answers of a step that is pending', async () => {
    const step = newStep();
    await fail(step, { notReadyCount: 2 });

    expect((await claim(step)).claimed).toMatchObject({ notReadyCount: 2 });
  });

  it('replaces the trigger as a whole, and keeps it when a message says nothing', async () => {
    const step = newStep();
    await fail(step);
    const { lease, claimed } = await claim(step, {});
    expect(claimed).toMatchObject(trigger);
    await ledger.failStep(claimed, lease, { status: 'PENDING', error, notReadyCount: 0 });

    const { claimed: again } = await claim(step, { event: 'another' });
    expect(again).toMatchObject({ event: 'another' });
    expect(again).not.toHaveProperty('eventId', 'evt_1');
  });

  it('gives up for now when others keep changing the record', async () => {
    const found = { task_id: '1', step_id: 'a', status: 'PENDING', created_at: '', updated_at: '' };
    const contended: Table = { read: async () => found, update: async () => undefined };

    await expect(
      createStepLedger(contended, world.now).claimStep(newStep(), trigger, newLease()),
    ).rejects.toMatchObject({
      code: 'record_contended',
    });
  });
});

describe('finishStep', () => {
  it('records the document and removes what was only needed on the way', async () => {
    const step = newStep();
    await fail(step, { notReadyCount: 1 });
    const record = await archive(step);

    expect(await world.readItem(step.taskId, 'a')).toEqual({
      schema: 1,
      task_id: step.taskId,
      step_id: 'a',
      status: 'ARCHIVED',
      bucket: 'archive',
      key: 'tasks/1/steps/a/a.pdf',
      version_id: 'v1',
      etag: '"e1"',
      file_name: 'a.pdf',
      content_type: 'application/pdf',
      size_bytes: 3,
      sha256: 'a'.repeat(64),
      source_etag: '"s1"',
      warning: 'content_unrecognised',
      event: 'flows.tasks.completed',
      event_id: 'evt_1',
      workflow_id: 'wf_1',
      attempts: 2,
      not_ready_count: 0,
      sweeps: 0,
      created_at: record.createdAt,
      updated_at: record.updatedAt,
      archived_at: new Date(world.now()).toISOString(),
    });
  });

  it('leaves nothing of an older copy beside a newer one', async () => {
    const step = newStep();
    await archive(step);
    const { versionId: _, sourceEtag: __, warning: ___, ...plain } = document;
    await archive(step, { ...plain, etag: '"e2"', sha256: 'b'.repeat(64) });

    const item = await world.readItem(step.taskId, 'a');
    expect(item).toMatchObject({ etag: '"e2"', sha256: 'b'.repeat(64) });
    for (const name of ['version_id', 'source_etag', 'warning']) expect(item).not.toHaveProperty(name);
  });

  it('changes nothing but the counts when the archived copy is still the latest', async () => {
    const step = newStep();
    await archive(step);
    const before = await world.readItem(step.taskId, 'a');
    world.passMs(1_000);
    const { lease, claimed } = await claim(step, { event: 'another' });
    await ledger.finishStep(claimed, lease, { document: undefined, trigger: { event: 'another' } });

    const updated_at = new Date(world.now()).toISOString();
    expect(await world.readItem(step.taskId, 'a')).toEqual({ ...before, attempts: 2, updated_at });
  });

  it.each([
    ['a new copy', document],
    ['an unchanged one', undefined],
  ])('is done already when the answer to the finishing write of %s got lost', async (_, written) => {
    const step = newStep();
    await archive(step);
    const { lease, claimed } = await claim(step);
    const finished = await ledger.finishStep(claimed, lease, { document: written, trigger });

    expect(await ledger.finishStep(claimed, lease, { document: written, trigger })).toEqual(finished);
  });

  it('records nothing when somebody else has the lease by now', async () => {
    const step = newStep();
    const lease = newLease(1_000);
    const outcome = await ledger.claimStep(step, trigger, lease);
    world.passMs(1_001);
    await claim(step);

    const { claimed } = outcome as { claimed: StepRecord };
    await expect(ledger.finishStep(claimed, lease, { document, trigger })).rejects.toMatchObject({
      code: 'lease_lost',
    });
    expect(await world.readItem(step.taskId, 'a')).toMatchObject({ status: 'COPYING' });
  });
});

describe('failStep', () => {
  it.each([
    ['PENDING', /^[0-7]$/],
    ['FAILED', /^f[0-7]$/],
  ] as const)('keeps a %s step in sight', async (status, shard) => {
    const step = newStep();
    await fail(step, { status, notReadyCount: 1 });

    const item = await world.readItem(step.taskId, 'a');
    expect(item).toMatchObject({ status, error, not_ready_count: 1, unfinished: expect.stringMatching(shard) });
    expect(item).not.toHaveProperty('lease_id');
    expect(item).not.toHaveProperty('lease_expires_at');
  });

  it.each(['NOT_FOUND', 'NOT_AVAILABLE'] as const)('is done with a step that is %s', async (status) => {
    const step = newStep();
    await fail(step, { status, notReadyCount: 4 });

    const item = await world.readItem(step.taskId, 'a');
    expect(item).toMatchObject({ status, error, not_ready_count: 4 });
    expect(item).not.toHaveProperty('unfinished');
  });

  it.each(['FAILED', 'NOT_FOUND', 'NOT_AVAILABLE'] as const)(
    'never takes an archived step back to %s',
    async (status) => {
      const step = newStep();
      await archive(step);
      const { unfinished, ...before } = { unfinished: 'gone', ...(await world.readItem(step.taskId, 'a')) };
      await fail(step, { status });

      expect(unfinished).toBe('gone');
      expect(await world.readItem(step.taskId, 'a')).toEqual({ ...before, attempts: 2, error });
    },
  );

  it('keeps an archived step that is tried again in sight', async () => {
    const step = newStep();
    await archive(step);
    await fail(step);

    expect(await world.readItem(step.taskId, 'a')).toMatchObject({
      status: 'ARCHIVED',
      error,
      unfinished: expect.stringMatching(/^[0-7]$/),
    });
  });

  it('is done already when the answer to it got lost', async () => {
    const step = newStep();
    const { lease, claimed } = await claim(step);
    const failure = { status: 'PENDING', error, notReadyCount: 0 } as const;
    const failed = await ledger.failStep(claimed, lease, failure);

    expect(await ledger.failStep(claimed, lease, failure)).toEqual(failed);
  });

  it('leaves the record to whoever has the lease by now', async () => {
    const step = newStep();
    const { claimed } = await claim(step);

    await expect(
      ledger.failStep(claimed, newLease(), { status: 'FAILED', error, notReadyCount: 0 }),
    ).rejects.toMatchObject({ code: 'lease_lost', retry: { scheduled: true } });
    expect(await world.readItem(step.taskId, 'a')).toMatchObject({ status: 'COPYING' });
  });
});

it('knows who holds the lease', async () => {
  const step = newStep();
  const { lease } = await claim(step);

  expect(await ledger.holdsLease(step, lease.id)).toBe(true);
  expect(await ledger.holdsLease(step, 'another')).toBe(false);
  expect(await ledger.holdsLease(newStep(), lease.id)).toBe(false);
});

describe('clearEvents', () => {
  const leaveUnpublished = async (step: { taskId: string; stepId: string }) => {
    const keeping = createStepLedger(world.table, world.now, { keepsEvents: true });
    const { lease, claimed } = await claim(step);
    return keeping.finishStep(claimed, lease, { document, trigger });
  };

  it('leaves nothing to do once all events are published', async () => {
    const record = await ledger.clearEvents(await leaveUnpublished(newStep()), true);

    expect(record).toMatchObject({ status: 'ARCHIVED' });
    expect([record?.eventPending, record?.unfinished]).toEqual([undefined, undefined]);
  });

  it('leaves to whoever claimed the record in the same millisecond what that has to do, although its time is over', async () => {
    const step = newStep();
    const record = await leaveUnpublished(step);
    await ledger.claimStep(step, trigger, newLease(-1000));

    expect(await ledger.clearEvents(record, true)).toBeUndefined();
    expect(await world.readItem(step.taskId, 'a')).toMatchObject({ unfinished: expect.any(String) });
  });

  it('takes the events off a record with the lease of a dead worker as it was read', async () => {
    const step = newStep();
    await leaveUnpublished(step);
    const claimed = await ledger.claimStep(step, trigger, newLease(-1000));
    if (!('claimed' in claimed)) throw new Error('busy');

    expect(await ledger.clearEvents(claimed.claimed, false)).toMatchObject({ leaseId: expect.any(String) });
  });
});
