import { TASK_STEP_ID } from '../lib/record.ts';
import { tryToReadRecord } from '../lib/record.ts';
import { scanStatuses } from './adapters/scan-statuses.ts';
import {
  findQueueUrl,
  type QueueDepth,
  readDepth,
  readQueueAttributes,
  readRedrivePolicy,
} from './adapters/queue-attributes.ts';
import type { Connection } from './connection.ts';
import { type Kind, listUnfinished } from './list-unfinished.ts';
import { addToStuck, addToTally, createTally, type Stuck, type Tally } from './tally.ts';

export type Overview = {
  documents: Tally;
  open_tasks: Tally;
  failed: Tally;
  stuck: Stuck[];
  queue: QueueDepth;
  /** Null: the queue has no dead-letter queue. */
  dead_letters: QueueDepth | null;
  /** Of the whole table, where it was asked for. */
  all?: { tasks: Record<string, number>; documents: Record<string, number> };
};

/** What is unfinished, by the index alone, and how many messages there are. Throws the signal's abortion. */
export async function readOverview(connection: Connection, signal: AbortSignal): Promise<Overview> {
  const stuck = new Map<string, Stuck>();
  const tally = async (kind: Kind) => {
    const counted = createTally();
    for await (const item of listUnfinished(connection, kind)) {
      signal.throwIfAborted();
      const record = tryToReadRecord(item);
      addToTally(counted, record);
      addToStuck(stuck, record);
    }
    return counted;
  };
  const [documents, open_tasks, failed, depths] = await Promise.all([
    tally(''),
    tally('t'),
    tally('f'),
    readDepths(connection),
  ]);
  const largestFirst = [...stuck.values()].toSorted((one, other) => other.count - one.count);
  return { documents, open_tasks, failed, stuck: largestFirst, ...depths };
}

async function readDepths({ sqs, queueUrl }: Connection) {
  const attributes = await readQueueAttributes(sqs, queueUrl);
  const policy = readRedrivePolicy(attributes);
  const deadLetterUrl = policy && findQueueUrl(policy.deadLetterTargetArn, queueUrl);
  const deadLetters = deadLetterUrl === undefined ? null : readDepth(await readQueueAttributes(sqs, deadLetterUrl));
  return { queue: readDepth(attributes), dead_letters: deadLetters };
}

type Watch = { signal: AbortSignal; report: (count: number) => void };

const REPORT_EVERY = 1000;

/** Counts every record by its status. Reads the whole table. Throws the signal's abortion. */
export async function countAll(connection: Connection, { signal, report }: Watch) {
  const counts = { tasks: {} as Record<string, number>, documents: {} as Record<string, number> };
  let count = 0;
  for await (const { step_id, status } of scanStatuses(connection)) {
    signal.throwIfAborted();
    const ofKind = counts[step_id === TASK_STEP_ID ? 'tasks' : 'documents'];
    ofKind[String(status)] = (ofKind[String(status)] ?? 0) + 1;
    count += 1;
    if (count % REPORT_EVERY === 0) report(count);
  }
  return counts;
}
