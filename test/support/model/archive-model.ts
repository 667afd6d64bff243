import { setImmediate } from 'node:timers/promises';
import type * as fc from 'fast-check';
import { createArchiveHandler } from '../../../handlers/archive.ts';
import { createStepLedger } from '../../../lib/step-ledger.ts';
import { createTaskLedger } from '../../../lib/task-ledger.ts';
import { createLambdaContext } from '../../../local/lambda-context.ts';
import { createClockModel } from './clock-model.ts';
import type { Fates } from './fate.ts';
import { createQueueModel } from './queue-model.ts';
import { createSourceModel, type SourceShape } from './source-model.ts';
import { createStoreModel } from './store-model.ts';
import { createTableModel } from './table-model.ts';
import { isOf, watchRecords } from './watch-records.ts';
import { watchVersions } from './watch-versions.ts';
import { createWorkerModel } from './worker-model.ts';
import { createWorkerPorts, type Outside } from './worker-ports.ts';

const TIMEOUT_MS = 900_000;
const SWEEP_AFTER_MS = 7_200_001;
const MAX_RECEIVE_COUNT = 10;
const MAX_WORKERS = 3;
const MAX_TURNS = 5_000;

export type Change = { kind: 'content' | 'step'; turns: number };

/** What happens in one run; the scheduler says in which order. */
export type Plan = {
  source: SourceShape;
  /** What is asked for: the one document `step_0`, or whatever the task has. */
  asksFor: 'step' | 'task';
  /** The messages at the beginning, by whether they force a copy. */
  forces: readonly boolean[];
  /** At the source, each with a message of its own. */
  changes: readonly Change[];
  batchSize: number;
  /** Of the first invocations; all later ones just work. */
  fates: readonly Fates[];
};

/** Changes the outside before any worker meets it; the model itself knows better. */
export type Mutation = (outside: Outside) => Outside;

export type Outcome = Awaited<ReturnType<typeof runArchive>>;

/** Runs the archive function on the model until no message is left. */
export async function runArchive(plan: Plan, scheduler: fc.Scheduler, mutate: Mutation) {
  const clock = createClockModel();
  const { now } = clock;
  const tableModel = createTableModel(now);
  const storeModel = createStoreModel();
  const source = createSourceModel(plan.source);
  const queue = createQueueModel({ now, maxReceiveCount: MAX_RECEIVE_COUNT });
  const seen = { violations: [] as string[], wrongVersions: [] as string[], heldContents: new Map<string, number>() };
  const isForced = plan.forces.includes(true);
  const active = new Set<Promise<unknown>>();
  let invocations = 0;

  const asked = plan.asksFor === 'step' ? 'step_0' : undefined;
  const ask = ({ stepId = asked, force = false }: { stepId?: string | undefined; force?: boolean }) =>
    queue.add(JSON.stringify({ task_id: 'task', step_id: stepId, force }));

  async function changeSource({ kind, turns }: Change): Promise<void> {
    for (let turn = 0; turn <= turns; turn += 1) await scheduler.schedule(Promise.resolve(), `before a new ${kind}`);
    (kind === 'content' ? source.changeContent : source.addStep)();
    ask({});
  }

  function createHandler(name: string, fates: Fates) {
    const worker = createWorkerModel({ name, scheduler, clock, fates });
    const { versions } = storeModel;
    const holdsLease = (key: string) => {
      const [, taskId = '', , stepId = ''] = key.split('/');
      return isOf(name, tableModel.peek({ taskId, stepId })?.lease_id);
    };
    const watch = { writer: name, holdsLease, contents: source.contents, isForced, ...seen };
    const table = watchRecords(tableModel, { ...watch, versions });
    const store = watchVersions(storeModel, watch);
    const outside = mutate({ table, store, queue: queue.queue, ...source });
    const ports = createWorkerPorts(worker, outside, plan.source.announcesSize);
    let ids = 0;
    const dependencies = {
      ...ports,
      log: () => undefined,
      now,
      random: () => 0.5,
      createId: () => `${name}_${++ids}`,
      wait: worker.wait,
      stepLedger: createStepLedger(ports.table, now),
      taskLedger: createTaskLedger(ports.table),
      keyPrefix: '',
      maxDocumentBytes: 1024 ** 3,
      maxReceiveCount: MAX_RECEIVE_COUNT,
      closeConnections: () => undefined,
    };
    return { worker, handler: createArchiveHandler(dependencies) };
  }

  /** One invocation, as Lambda makes it: only what it answers in time counts. */
  async function deliver(batch: ReturnType<typeof queue.receiveBatch>): Promise<void> {
    const { worker, handler } = createHandler(`worker${invocations}`, plan.fates[invocations] ?? new Map());
    invocations += 1;
    const deadline = now() + TIMEOUT_MS;
    const getRemainingTimeInMillis = () => Math.max(0, deadline - now());
    const context = { ...createLambdaContext('archive', TIMEOUT_MS), getRemainingTimeInMillis };
    const answer = await Promise.race([handler({ Records: batch }, context), worker.death]);
    if (answer === 'dead' || now() > deadline) return;
    const { batchItemFailures } = answer as { batchItemFailures: { itemIdentifier: string }[] };
    const failed = new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
    for (const message of batch) if (!failed.has(message.messageId)) queue.acknowledge(message);
  }

  /**
   * Puts back what is archived and still in sight: a worker that outlived its message can leave a lease or an error
   * there. What is not archived is none of its business here: a document that only sweep could find is a lost one.
   */
  function sweep(): void {
    const left = tableModel.list().filter(({ status, unfinished }) => status === 'ARCHIVED' && unfinished);
    if (left.length > 0) clock.pass(SWEEP_AFTER_MS);
    for (const { step_id: stepId } of left) ask({ stepId: String(stepId) });
  }

  function start(work: Promise<void>): void {
    const ended: Promise<unknown> = work.finally(() => active.delete(ended));
    active.add(ended);
  }

  function startWorkers(): void {
    while (active.size < MAX_WORKERS + plan.changes.length) {
      const batch = queue.receiveBatch(plan.batchSize);
      if (batch.length === 0) return;
      start(deliver(batch));
    }
  }

  for (const force of plan.forces) ask({ force });
  for (const change of plan.changes) start(changeSource(change));
  for (let turn = 0; turn < MAX_TURNS; turn += 1) {
    startWorkers();
    // Everybody goes on to their next call.
    await setImmediate();
    if (scheduler.count() > 0) await scheduler.waitNext(1);
    else if (active.size === 0 && queue.count() === 0) {
      sweep();
      if (queue.count() === 0) break;
    } else clock.pass(Math.min(Math.max(1, queue.nextVisibleAt() - now()), TIMEOUT_MS));
  }
  return {
    records: tableModel.list(),
    versions: storeModel.versions,
    isForced,
    contents: source.contents,
    stepIds: plan.asksFor === 'step' ? ['step_0'] : source.stepIds,
    deadLetters: queue.deadLetters,
    messagesLeft: queue.count(),
    ...seen,
  };
}
