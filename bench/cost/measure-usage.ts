import { MEMORY_MIB } from '../../infrastructure/estimated-costs.ts';
import type { LatenciesMs } from '../invocation/call.ts';
import type { Harness, Log, Measured } from '../invocation/harness.ts';
import type { Usage } from './price-parts.ts';

const SIZE_BYTES = 200_000;
const BATCH_SIZE = 10;
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

export type Counts = { documents: number; cpuDocuments: number };

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

/** Measures what one document of 200 KB uses that its own webhook brought, in batches of ten. */
export async function measureUsage(harness: Harness, latencies: LatenciesMs, counts: Counts): Promise<Usage> {
  const { documents, cpuDocuments } = counts;
  const long = { sizeBytes: SIZE_BYTES, documents: cpuDocuments, warmUps: WARM_UPS };
  const short = { sizeBytes: SIZE_BYTES, documents, warmUps: FEW_WARM_UPS };
  const webhook = {
    idle: await harness.run({ contender: 'webhook', ...long }),
    waiting: await harness.run({ contender: 'webhook', ...short }, latencies),
  };
  const archive = {
    idle: await harness.measure({ contender: 'ours', ...long }),
    waiting: await harness.measure({ contender: 'ours', ...short }, latencies),
  };
  const all = cpuDocuments + WARM_UPS;
  const sent = webhook.idle.counts['sqs SendMessage'] as number;
  return {
    httpRequests: 1,
    webhookRequests: 1,
    webhookGbSeconds: countGbSeconds({ ...webhook, memoryMib: MEMORY_MIB.Webhook, counts }),
    // Received and deleted by Lambda, a batch at a time.
    queueRequests: sent / all + 2 / BATCH_SIZE,
    archiveRequests: 1 / BATCH_SIZE,
    archiveGbSeconds: countGbSeconds({ ...archive, memoryMib: MEMORY_MIB.Archive, counts }),
    bucketWrites: archive.idle.stored.writes / all,
    tableWriteUnits: archive.idle.used.writeUnits / all,
    tableReadUnits: archive.idle.used.readUnits / all,
    logBytes:
      countLogBytes(webhook.idle) / all +
      countLogBytes(archive.idle) / all +
      countLogBytes(PLATFORM_LOG) * (1 + 1 / BATCH_SIZE) +
      countLogBytes(ACCESS_LOG),
  };
}
