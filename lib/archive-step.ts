import type { ArchiveRun } from './archive-run.ts';
import { type CloseDependencies, closeTask } from './close-task.ts';
import { copyDocument, HELD_BYTES } from './copy-document.ts';
import { describeCopy } from './describe-copy.ts';
import { classifyError, type KnownError, TransientError } from './errors.ts';
import { createLeaseLost, isLeaseLost } from './ledger-errors.ts';
import type { Reservation } from './memory-budget.ts';
import type { Lease, OpenLink, StepId, StepLedger, Store, TaskLedger, Wait, WorkflowApi } from './ports.ts';
import { publishPending } from './publish-pending.ts';
import type { StepRecord } from './record.ts';
import { type Delivery, planFailure } from './retry-schedule.ts';
import type { Trigger } from './trigger.ts';

export type StepDependencies = CloseDependencies & {
  taskLedger: Pick<TaskLedger, 'findPurged'>;
  workflowApi: Pick<WorkflowApi, 'requestDocument'>;
  openLink: OpenLink;
  store: Store;
  stepLedger: StepLedger;
  keyPrefix: string;
  maxDocumentBytes: number;
  now: () => number;
  wait: Wait;
  createId: () => string;
};

export type StepRequest = StepId & { force: boolean; trigger: Trigger };

/**
 * How a try ended that need not be repeated; `copyMs` of a new copy, `failure` what ended it for good, `unpublished` why
 * the bus was not told, `manifest` the key of a manifest that has a new version now, `unwritten` why there is none.
 */
export type StepResult = {
  record: StepRecord;
  copyMs?: number | undefined;
  failure?: KnownError;
  unpublished?: KnownError;
  manifest?: string | undefined;
  unwritten?: KnownError;
};

type Try = { run: ArchiveRun; delivery: Delivery };

/**
 * Archives one document: claims it, asks the vendor, copies, records.
 * @throws TransientError when the message has to come back; the record says so already
 * @see docs/design.md "The decisions" 1
 */
export async function archiveStep(
  request: StepRequest,
  dependencies: StepDependencies,
  attempt: Try,
): Promise<StepResult> {
  const { run } = attempt;
  // First of all: what waits for memory until the time is up has not been begun.
  const memory = await run.budget.reserve(HELD_BYTES, run.closing);
  const result = await tryStep(request, dependencies, { ...attempt, memory }).finally(memory.release);
  const { failure, copyMs } = result;
  const { record, unpublished } = await publish(result.record, dependencies, true);
  const { closed, unwritten } = await closeTask(request.taskId, dependencies, run.signal);
  const left = unpublished ?? unwritten;
  // Sweep has what is left on the last receive, and what failed for good.
  if (!left || failure || attempt.delivery.isLast) {
    const manifest = closed?.isNew ? closed.task.key : undefined;
    return { ...result, record, manifest, ...(unpublished && { unpublished }), ...(unwritten && { unwritten }) };
  }
  const fields = { attempt: record.attempts, ...describeCopy(record, copyMs, request.trigger.occurredAt) };
  throw Object.assign(left, { fields });
}

/** Tells the bus what a record still has to tell: the record as it is then, and why the bus was not told. */
async function publish(record: StepRecord, dependencies: StepDependencies, isDone: boolean) {
  try {
    return { record: (await publishPending(record, { ...dependencies, isDone })) ?? record };
  } catch (error) {
    return { record, unpublished: classifyError(error, 'publish') };
  }
}

async function tryStep(
  request: StepRequest,
  dependencies: StepDependencies,
  { run, delivery, memory }: Try & { memory: Reservation },
): Promise<StepResult> {
  const { workflowApi, stepLedger: ledger, now, createId } = dependencies;
  const { signal } = run;
  const lease: Lease = { id: createId(), expiresAt: run.leaseExpiresAt };
  const held: { claimed?: StepRecord } = {};
  const requestDocument = () => workflowApi.requestDocument(request, signal);
  try {
    const begun = await run.turns.take(delivery, async () => {
      run.assertTime('resolve');
      const claim = await ledger.claimStep(request, request.trigger, lease);
      if ('busyUntil' in claim) throw createBusy(claim.busyUntil, now());
      if ('purged' in claim) return claim;
      held.claimed = claim.claimed;
      const purged = await buryPurged(claim.claimed, lease, dependencies);
      return purged ? { purged } : { claimed: claim.claimed, answer: await requestDocument() };
    });
    if ('purged' in begun) return { record: begun.purged };
    const { claimed, answer } = begun;
    const assertLease = async () => {
      if (!(await ledger.holdsLease(request, lease.id))) throw createLeaseLost();
    };
    const begunAt = now();
    const document = await copyDocument({
      ...dependencies,
      claimed,
      force: request.force,
      answer,
      requestAgain: requestDocument,
      memory,
      assertLease,
      isLeaseOver: () => now() >= lease.expiresAt.getTime(),
      signal,
    });
    const copyMs = document && now() - begunAt;
    const record = await ledger.finishStep(claimed, lease, { document, trigger: request.trigger });
    return { record, copyMs };
  } catch (error) {
    run.turns.heed(error, delivery);
    if (!held.claimed) throw error;
    return recordFailure({ error, claimed: held.claimed, lease, dependencies, delivery, signal });
  }
}

/**
 * A step of which there was no record when its task was purged. First claimed, then looked: a purge first says so and then
 * looks for records, so that one of the two always sees the other.
 */
async function buryPurged(
  claimed: StepRecord,
  lease: Lease,
  { stepLedger, taskLedger }: StepDependencies,
): Promise<StepRecord | undefined> {
  if (claimed.key !== undefined) return undefined;
  const task = await taskLedger.findPurged(claimed.taskId);
  return task && stepLedger.buryStep(claimed, lease, task);
}

type Failure = {
  error: unknown;
  claimed: StepRecord;
  lease: Lease;
  dependencies: StepDependencies;
  delivery: Delivery;
  signal: AbortSignal;
};

async function recordFailure({ error, claimed, lease, dependencies, delivery, signal }: Failure): Promise<StepResult> {
  const known = classifyError(error, 'download');
  // Whoever has the lease now writes the record.
  if (isLeaseLost(known)) throw known;
  const { failure, retry } = planFailure(known, claimed.notReadyCount, delivery.isLast);
  const record = await dependencies.stepLedger.failStep(claimed, lease, failure).catch((unrecorded: unknown) => {
    throw isLeaseLost(unrecorded) ? unrecorded : (retry ?? unrecorded);
  });
  if (!retry) return { record, failure: known };
  // An event does not wait until the vendor can be reached again.
  const { unpublished } = await publish(record, dependencies, false);
  if (failure.status !== 'PENDING') await closeTask(record.taskId, dependencies, signal);
  throw Object.assign(retry, { fields: { attempt: record.attempts, unpublished: unpublished?.code } });
}

const createBusy = (until: Date, now: number) =>
  new TransientError({
    stage: 'record',
    code: 'busy',
    message: 'Somebody else is at it.',
    retry: { scheduled: true, delaySeconds: Math.max(1, Math.ceil((until.getTime() - now) / 1000) + 1) },
  });
