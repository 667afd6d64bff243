import { type Answer, startAnswerServer } from './answer-server.ts';
import { createBucket, type Stored } from './bucket.ts';
import type { Call, LatenciesMs, ServiceName, Urls } from './call.ts';
import { answerDocuments } from './documents.ts';
import { answerQueue } from './queue.ts';
import { createTable, type Used } from './table.ts';

/** What came since it was last asked; of the calls themselves the first ones. */
export type Taken = { stored: Stored; used: Used; counts: Record<string, number>; calls: Call[] };

const MAX_CALLS = 20;
const NO_LATENCY: LatenciesMs = { vendor: 0, storage: 0, s3: 0, dynamodb: 0, sqs: 0 };

/** In a process of their own: what they cost is nobody's. Each message sets how long they take, and is answered. */
const bucket = createBucket();
const table = createTable();
let latencies = NO_LATENCY;
let counts: Record<string, number> = {};
let calls: Call[] = [];

function note(call: Call): void {
  const operation = call.headers['x-amz-target']?.replace(/^.*\./, '') ?? call.method;
  const name = `${call.service} ${operation}`;
  counts[name] = (counts[name] ?? 0) + 1;
  if (calls.length < MAX_CALLS) calls.push(call);
}

async function start(
  nameService: (path: string) => ServiceName,
  answer: (call: Call, sizeBytes: number) => Answer,
): Promise<string> {
  const latencyMs = (service: ServiceName) => latencies[service];
  return (await startAnswerServer({ nameService, answer, onCall: note, latencyMs })).url;
}

process.on('message', (next: LatenciesMs) => {
  latencies = next;
  process.send?.({ stored: bucket.takeStored(), used: table.takeUsed(), counts, calls } satisfies Taken);
  counts = {};
  calls = [];
});
process.on('disconnect', () => process.exit());
process.send?.({
  vendorUrl: await start((path) => (path.startsWith('/tasks/') ? 'vendor' : 'storage'), answerDocuments),
  s3Url: await start(
    () => 's3',
    (call, sizeBytes) => bucket.answer(call, sizeBytes),
  ),
  dynamodbUrl: await start(
    () => 'dynamodb',
    (call) => table.answer(call),
  ),
  sqsUrl: await start(() => 'sqs', answerQueue),
} satisfies Urls);
