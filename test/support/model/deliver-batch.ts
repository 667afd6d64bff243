import { createArchiveHandler } from '../../../handlers/archive.ts';
import { createStepLedger } from '../../../lib/step-ledger.ts';
import { createTaskLedger } from '../../../lib/task-ledger.ts';
import { updateManifest } from '../../../lib/update-manifest.ts';
import { createLambdaContext } from '../../../local/lambda-context.ts';
import { MAX_RECEIVE_COUNT, type World } from './archive-world.ts';
import type { QueueModel } from './queue-model.ts';
import { isOf, watchRecords } from './watch-records.ts';
import { watchVersions } from './watch-versions.ts';
import { createWorkerModel, type WorkerModel } from './worker-model.ts';
import { createWorkerPorts } from './worker-ports.ts';

const TIMEOUT_MS = 900_000;

type Batch = ReturnType<QueueModel['receiveBatch']>;

/** One invocation, as Lambda makes it: only what it answers in time counts. */
export async function deliverBatch(world: World, batch: Batch): Promise<void> {
  const { scheduler, clock, queue, plan } = world;
  const number = world.invocations++;
  const fates = plan.fates[number] ?? new Map();
  const worker = createWorkerModel({ name: `worker${number}`, scheduler, clock, fates });
  const deadline = clock.now() + TIMEOUT_MS;
  const getRemainingTimeInMillis = () => Math.max(0, deadline - clock.now());
  const context = { ...createLambdaContext('archive', TIMEOUT_MS), getRemainingTimeInMillis };
  const answer = await Promise.race([createHandler(world, worker)({ Records: batch }, context), worker.death]);
  if (answer === 'dead' || clock.now() > deadline) return;
  const { batchItemFailures } = answer as { batchItemFailures: { itemIdentifier: string }[] };
  const failed = new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
  for (const message of batch) if (!failed.has(message.messageId)) queue.acknowledge(message);
}

/** The real function, as lib/runtime.ts puts it together, on the outside as this worker meets it. */
function createHandler(world: World, worker: WorkerModel) {
  const { now } = world.clock;
  const { name } = worker;
  const ports = createWorkerPorts(worker, watchOutside(world, name), world.plan.source.announcesSize);
  const manifests = { keyPrefix: '', keepsEvents: world.plan.hasBus, now };
  let ids = 0;
  const dependencies = {
    ...ports,
    log: () => undefined,
    now,
    random: () => 0.5,
    createId: () => `${name}_${++ids}`,
    wait: worker.wait,
    stepLedger: createStepLedger(ports.table, now, { keepsEvents: world.plan.hasBus }),
    taskLedger: createTaskLedger(ports.table),
    updateManifest: (taskId: string, signal: AbortSignal) => updateManifest(taskId, { ...ports, ...manifests }, signal),
    documentScope: 'generated' as const,
    keyPrefix: '',
    maxDocumentBytes: 1024 ** 3,
    maxReceiveCount: MAX_RECEIVE_COUNT,
  };
  return createArchiveHandler(dependencies);
}

function watchOutside(world: World, writer: string) {
  const { table, store, source, queue, bus, mutate } = world;
  const holdsLease = (key: string) => {
    const [, taskId = '', , stepId = ''] = key.split('/');
    return isOf(writer, table.peek({ taskId, stepId })?.lease_id);
  };
  return mutate({
    ...source,
    publishEvents: bus.publishEvents,
    table: watchRecords(table, { ...world, writer, versions: store.versions }),
    store: watchVersions(store, { ...world, writer, holdsLease, contents: source.contents }),
    queue: queue.queue,
  });
}
