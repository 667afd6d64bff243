import type { Context } from 'aws-lambda';
import { createSweepHandler } from '../../handlers/sweep.ts';
import type { ArchiveEvent } from '../../lib/archive-event.ts';
import type { TaskStatus } from '../../lib/ports.ts';
import type { RecordAttributes } from '../../lib/ports.ts';
import type { SweepCounts, SweepDependencies } from '../../lib/sweep.ts';
import { createStepLedger } from '../../lib/step-ledger.ts';
import { createTaskLedger } from '../../lib/task-ledger.ts';
import { createLambdaContext } from '../../local/lambda-context.ts';
import { startLedgerWorld } from './ledger-world.ts';

export const HOUR_MS = 3600_000;
export const DAY_MS = 24 * HOUR_MS;

type Answer = TaskStatus | Error;

export type SweepWorld = Awaited<ReturnType<typeof startSweepWorld>>;

/**
 * The sweep on the embedded DynamoDB, between a queue that writes down what it is sent and a vendor that says of each
 * task what it is told to. Time stands still until it is moved.
 */
export async function startSweepWorld() {
  const { passMs, ...world } = await startLedgerWorld();
  const sent: string[] = [];
  const asked: string[] = [];
  const waits: number[] = [];
  const published: ArchiveEvent[] = [];
  const lines: Record<string, unknown>[] = [];
  const answers = new Map<string, Answer>();
  const dependencies: SweepDependencies = {
    log: (level, message, fields) => void lines.push({ level, message, ...fields }),
    now: world.now,
    random: () => 0.3,
    wait: async (ms) => void waits.push(ms),
    table: world.table,
    taskLedger: createTaskLedger(world.table),
    stepLedger: createStepLedger(world.table, world.now),
    keepsEvents: false,
    publishEvents: async (events) => void published.push(...events),
    queue: { sendAll: async (bodies) => void sent.push(...bodies) },
    workflowApi: {
      readTaskStatus: async (taskId) => {
        asked.push(taskId);
        const answer = answers.get(taskId) ?? 'open';
        if (answer instanceof Error) throw answer;
        return answer;
      },
    },
  };
  return {
    ...world,
    passMs,
    dependencies,
    sent,
    asked,
    waits,
    lines,
    published,
    answers,
    /** Leaves a record as it was `agoMs` ago; times between are for whoever needs them. */
    async leave(taskId: string, stepId: string, { agoMs, ...set }: RecordAttributes & { agoMs: number }) {
      passMs(-agoMs);
      const setOnce = { notReadyCount: 0, sweeps: 0, ...(stepId === '#task' ? {} : { attempts: 1 }) };
      const once = Object.fromEntries(Object.entries(setOnce).filter(([name]) => !(name in set)));
      await world.table.update({ taskId, stepId }, { set, setOnce: once, condition: 'attribute_not_exists(#task_id)' });
      passMs(agoMs);
    },
    async sweep(
      changes: Partial<SweepDependencies> = {},
      getRemainingTimeInMillis: Context['getRemainingTimeInMillis'] = () => 600_000,
    ): Promise<{ counts: SweepCounts; sent: unknown[] }> {
      const before = sent.length;
      const context = { ...createLambdaContext('sweep', 600_000), getRemainingTimeInMillis };
      const counts = await createSweepHandler({ ...dependencies, ...changes })({}, context);
      return { counts: counts as SweepCounts, sent: sent.slice(before).map((body) => JSON.parse(body)) };
    },
  };
}
