import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { basename, extname, join, relative } from 'node:path';
import { readArchivedObject, readRecords, type StoredRecord } from './archived-documents.ts';
import type { Stack } from './stack.ts';
import type { VendorTask } from './vendor-task.ts';

const completionEvent = join(import.meta.dirname, '..', 'events', 'webhook.tasks-completed.json');

type Print = (line: string) => void;
type Options = { stack: Stack; task: VendorTask; copiesDirectory: string | undefined; print: Print };

/**
 * Posts the signed completion of `task`, waits until the queue is quiet and prints what became of each document.
 * With `copiesDirectory` it also leaves a copy of each there, to open. Returns a sentence for each thing that is not as it should be.
 */
export async function demonstrate({ stack, task, copiesDirectory, print }: Options): Promise<string[]> {
  const postedAt = performance.now();
  const msSince = () => Math.round(performance.now() - postedAt);
  const response = await stack.postWebhook(await readFile(completionEvent, 'utf8'));
  const answer = await response.text();
  print(`Posted events/${basename(completionEvent)}, signed: ${response.status} ${answer} after ${msSince()} ms.`);
  if (response.status !== 202) return [`The webhook answered ${response.status} instead of 202.`];
  await stack.whenQuiet(120_000);

  const records = await readRecords(stack, task.taskId);
  const documents = records.filter(({ step_id }) => step_id !== '#task');
  const found = records.find(({ step_id }) => step_id === '#task');
  print(
    `The queue is quiet after ${(msSince() / 1000).toFixed(1)} s. Task ${task.taskId}: ${found?.status}, ${documents.length} documents.\n`,
  );

  const problems: string[] = [];
  for (const { stepId, document } of task.steps) {
    if (!document) continue;
    const record = documents.find(({ step_id }) => step_id === stepId);
    if (!record) problems.push(`${stepId} has no record.`);
    else if (record.status === 'ARCHIVED') {
      const { content, sha256 } = await readArchivedObject(stack, record);
      showArchived(record, sha256, print);
      if (sha256 !== record.sha256) problems.push(`${stepId}: the bytes in S3 hash to ${sha256}, not as recorded.`);
      if (!isTold(stack, record)) problems.push(`${stepId}: the event bus was not told of it.`);
      if (copiesDirectory) print(`    open     ${await saveCopy(copiesDirectory, record, content)}`);
      print('');
    } else {
      showUnfinished(record, print);
      if (document.content !== 'never') problems.push(`${stepId} is ${record.status} instead of ARCHIVED.`);
    }
  }
  const told = stack.bus.events.map((event) => event['detail-type']);
  print(`  on the event bus   ${told.length} × ${[...new Set(told)].join(', ')}\n`);
  return problems;
}

const isTold = ({ bus }: Stack, { step_id, version_id }: StoredRecord) =>
  bus.events.some(({ detail }) => detail.step_id === step_id && detail.version_id === version_id);

function showArchived(record: StoredRecord, sha256OfObject: string, print: Print): void {
  const tookMs = Date.parse(record.archived_at ?? '') - Date.parse(record.created_at);
  const readBack = sha256OfObject === record.sha256 ? '  (read back from S3: the same)' : '';
  print(`  ${record.step_id.padEnd(18)} ARCHIVED   ${formatSize(record.size_bytes)}, ${tookMs} ms`);
  print(`    sha-256  ${record.sha256}${readBack}`);
  print(`    key      ${record.key}`);
}

async function saveCopy(directory: string, { step_id, key = '' }: StoredRecord, content: Buffer): Promise<string> {
  await mkdir(directory, { recursive: true });
  const path = join(directory, step_id + extname(key));
  await writeFile(path, content);
  return relative(process.cwd(), path);
}

function showUnfinished({ step_id, status, error, not_ready_count = 0 }: StoredRecord, print: Print): void {
  print(`  ${step_id.padEnd(18)} ${status}`);
  if (error) print(`    reason   ${error.code} (${error.stage}): ${error.message}`);
  const nextTry = ['30 s', '2 min', '10 min'][not_ready_count - 1];
  if (status === 'PENDING' && nextTry) print(`    next     in about ${nextTry}: an answer of 501 can mean "not yet"`);
  print('');
}

const formatSize = (sizeBytes = 0) =>
  sizeBytes < 1_000_000 ? `${(sizeBytes / 1000).toFixed(1)} kB` : `${(sizeBytes / 1_000_000).toFixed(1)} MB`;
