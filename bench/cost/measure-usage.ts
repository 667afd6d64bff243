import { MEMORY_MIB } from '../../infrastructure/estimated-costs.ts';
import type { LatenciesMs } from '../invocation/call.ts';
import type { Harness, Log, Measured } from '../invocation/harness.ts';
import type { Usage } from './price-parts.ts';

const SIZE_BYTES = 200_000;
const WARM_UPS = 100;
/** With latencies: enough for the connections. */
const FEW_WARM_UPS = 10;

/** As much memory has one vCPU. @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html */
const VCPU_MIB = 1769;
/** What each event takes in a log besides its text. @see https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html */
const EVENT_BYTES = 26;
/** START, END and REPORT of an invocation. */
const PLATFORM_LOG: Log = { logLines: 3, logBytes: 320 };
/** Of the HTTP API, as infrastructure/webhook-front.ts writes it. */
const ACCESS_LOG: Log = { logLines: 1, logBytes: 280 };

/** How many documents are waited for, and how many only computed. */
export type Counts = { documents: number; cpuDocuments: number };
export type Setting = Counts & { latencies: LatenciesMs };

/** How long each document was worked at: with nobody to wait for, and with everybody as slow as they are. */
type Times = { idle: Measured; waiting: Measured; memoryMib: number; counts: Counts };

/**
 * GB-seconds of a document. While the function waits, its memory is paid for, too; and what it computes takes the longer
 * the smaller its share of a processor. That it could do one during the other is not counted on.
 */
function countGbSeconds({ idle, waiting, memoryMib, counts }: Times): number {
  const cpuSeconds = idle.cpuSeconds / counts.cpuDocuments;
  const slowerSeconds = cpuSeconds * (VCPU_MIB / memoryMib - 1);
  return (waiting.seconds / counts.documents + slowerSeconds) * (memoryMib / 1024);
}

const countLogBytes = ({ logBytes, logLines }: Log) => logBytes + logLines * EVENT_BYTES;

/** How a document comes, and its share of the webhooks and of the batches that it takes. */
export type Way = { name: string; contender: string; webhooks: number; batches: number };

export const WAYS = {
  alone: { name: 'by a webhook of its own', contender: 'ours', webhooks: 1, batches: 0.1 },
  // Its task has a message more, which comes alone.
  ofTask: { name: 'one of the ten of a task', contender: 'task', webhooks: 0.1, batches: 0.2 },
} satisfies Record<string, Way>;

/** Measures what one document of 200 KB uses, in batches of ten. */
export async function measureUsage(harness: Harness, way: Way, { latencies, ...counts }: Setting): Promise<Usage> {
  const { documents, cpuDocuments } = counts;
  const { contender, webhooks, batches } = way;
  const long = { sizeBytes: SIZE_BYTES, documents: cpuDocuments, warmUps: WARM_UPS };
  const short = { sizeBytes: SIZE_BYTES, documents, warmUps: FEW_WARM_UPS };
  const webhook = {
    idle: await harness.run({ contender: 'webhook', ...long }),
    waiting: await harness.run({ contender: 'webhook', ...short }, latencies),
  };
  const archive = {
    idle: await harness.measure({ contender, ...long }),
    waiting: await harness.measure({ contender, ...short }, latencies),
  };
  const all = cpuDocuments + WARM_UPS;
  const { stored, used } = archive.idle;
  const countCalls = ({ counts: calls }: Measured, name: string) => (calls[name] ?? 0) / all;
  return {
    httpRequests: webhooks,
    webhookRequests: webhooks,
    webhookGbSeconds: webhooks * countGbSeconds({ ...webhook, memoryMib: MEMORY_MIB.Webhook, counts }),
    // A batch is received by Lambda, and deleted.
    queueRequests:
      webhooks * countCalls(webhook.idle, 'sqs SendMessage') +
      countCalls(archive.idle, 'sqs SendMessageBatch') +
      2 * batches,
    archiveRequests: batches,
    archiveGbSeconds: countGbSeconds({ ...archive, memoryMib: MEMORY_MIB.Archive, counts }),
    bucketWrites: stored.writes / all,
    tableWriteUnits: used.writeUnits / all,
    tableReadUnits: used.readUnits / all,
    logBytes:
      (webhooks * countLogBytes(webhook.idle)) / all +
      countLogBytes(archive.idle) / all +
      countLogBytes(PLATFORM_LOG) * (webhooks + batches) +
      countLogBytes(ACCESS_LOG) * webhooks,
  };
}
