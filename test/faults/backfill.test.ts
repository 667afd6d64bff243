import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { VendorStep, VendorTask } from '../../local/vendor-task.ts';
import { isManifest } from '../support/model/watch-manifest.ts';
import { startBackfillWorld } from '../support/backfill-world.ts';
import { reportFault } from '../support/report-fault.ts';

const TASKS = 5_000;
const MAX_DOCUMENT_BYTES = 4096;

/** Of each 500 tasks one is unknown, one never has its document, one has too large a one, and one has none. */
const ODD = { unknown: 7, never: 8, tooLarge: 9, empty: 10 };
const isOdd = (taskNumber: number, kind: keyof typeof ODD) => taskNumber % 500 === ODD[kind];

function createDocument(taskNumber: number): Buffer | 'never' {
  if (isOdd(taskNumber, 'never')) return 'never';
  const content = `%PDF-1.7\n% task ${taskNumber}\n`;
  return Buffer.alloc(isOdd(taskNumber, 'tooLarge') ? MAX_DOCUMENT_BYTES + 1 : 500, content);
}

function createTask(taskNumber: number): VendorTask {
  const step: VendorStep = { stepId: 'step', stepName: 'Generate', stepType: 'document_generation' };
  const document = { fileName: 'Contract.pdf', contentType: 'application/pdf', content: createDocument(taskNumber) };
  return {
    taskId: String(taskNumber),
    title: 'From before',
    status: 'completed',
    workflowId: 'wf_nda',
    workflowName: 'NDA',
    createdAt: '2021-11-03T09:12:44.031Z',
    steps: [isOdd(taskNumber, 'empty') ? step : { ...step, document }],
  };
}

const taskNumbers = Array.from({ length: TASKS }, (_, index) => index + 1);
const select = (kind: keyof typeof ODD) => taskNumbers.filter((taskNumber) => isOdd(taskNumber, kind)).map(String);

let world: Awaited<ReturnType<typeof startBackfillWorld>>;
beforeAll(async () => {
  const known = taskNumbers.filter((taskNumber) => !isOdd(taskNumber, 'unknown'));
  world = await startBackfillWorld(known.map(createTask), {
    MAX_DOCUMENT_BYTES: String(MAX_DOCUMENT_BYTES),
    POWERTOOLS_LOG_LEVEL: 'SILENT',
  });
});
afterAll(async () => {
  await world?.close();
});

it('counts a backfill of 5,000 tasks that was killed twice to the last one, and stores every document once', async () => {
  const words = ['backfill', '--range', `1..${TASKS}`, '--rate', '1000', '--wait', '--json'];
  const killed = [
    await world.run(words, { atSend: 100, isSent: false }),
    await world.run(words, { atSend: 150, isSent: true }),
  ];
  const { exitCode, lines, errors } = await world.run(words);
  const all = Map.groupBy(await world.countVersions(), ([key]) => isManifest(key));
  const versions = new Map(all.get(false));
  const manifests = all.get(true) ?? [];

  const closing = lines.pop();
  const documents = TASKS - 4 * (TASKS / 500);
  const stored = [...versions.values()].reduce((sum, count) => sum + count, 0);
  reportFault({
    fault: `backfill of ${TASKS} tasks, killed twice, ${Number(closing?.known)} of them known to the third`,
    tried: documents,
    lost: documents - versions.size,
    wrongVersions: stored - versions.size,
  });

  expect(killed.map((run) => run.exitCode)).toEqual([null, null]);
  expect({ exitCode, errors }).toEqual({ exitCode: 1, errors: '' });
  const odd = TASKS / 500;
  expect(closing).toMatchObject({ archived: documents + odd, not_available: odd, not_found: odd, failed: odd });
  expect(closing).toMatchObject({ asked: TASKS, under_way: 0, documents, skipped_lines: 0 });
  const listOf = (outcome: string) => lines.filter((line) => line.outcome === outcome).map(({ task_id }) => task_id);
  expect(listOf('not_found').toSorted()).toEqual(select('unknown').toSorted());
  expect(listOf('not_available').toSorted()).toEqual(select('never').toSorted());
  expect(listOf('failed').toSorted()).toEqual(select('tooLarge').toSorted());
  expect(lines).toHaveLength(3 * odd);
  expect({ keys: versions.size, stored }).toEqual({ keys: documents, stored: documents });
  // Of a task that is not known, or has no documents, there is none.
  expect(manifests.length).toBe(TASKS - 2 * odd);
  expect(manifests.filter(([, count]) => count !== 1)).toEqual([]);
  // What the first two asked for was not asked for again but for what was on its way.
  expect(Number(closing?.known)).toBeGreaterThan(0);
});
