import { describe, expect, it } from '@jest/globals';
import { type Kind, sweepPartitions, type SweepTools } from '../../lib/sweep-partitions.ts';

const times = { created_at: '2026-03-02T12:00:00.000Z', updated_at: '2026-03-02T12:00:00.000Z' };
const itemOf = (partition: string, number: number) => ({
  task_id: `${partition}_${number}`,
  step_id: 'a',
  status: 'PENDING',
  ...times,
});

type Options = Partial<SweepTools> & Partial<Kind> & { items?: Record<string, Record<string, unknown>[]> };

type Seen = { listed: string[]; handled: string[]; sent: string[][]; lines: unknown[] };

/** Sweeps partitions that hold these records, and writes down what it sees. */
async function sweep({ items = {}, ...options }: Options): Promise<Seen> {
  const listed: string[] = [];
  const handled: string[] = [];
  const sent: string[][] = [];
  const lines: unknown[] = [];
  const tools: SweepTools = {
    table: {
      listUnfinished: async function* (partition) {
        listed.push(partition);
        yield* items[partition] ?? [];
      },
      listRecords: async () => [],
    },
    queue: { sendAll: async (bodies) => void sent.push([...bodies]) },
    log: (level, message, fields) => void lines.push({ level, message, ...fields }),
    now: () => 0,
    random: () => 0,
    hasTime: () => true,
    ...options,
  };
  await sweepPartitions(tools, {
    prefix: '',
    changed: { until: new Date(0) },
    limit: 100,
    together: 10,
    handle: async ({ taskId }) => {
      handled.push(taskId);
      return [taskId];
    },
    ...options,
  });
  return { listed, handled, sent, lines };
}

describe('sweepPartitions', () => {
  it.each([
    ['', 0, ['0', '1', '2', '3', '4', '5', '6', '7']],
    ['t', 0.99, ['t7', 't0', 't1', 't2', 't3', 't4', 't5', 't6']],
    ['f', 0.5, ['f4', 'f5', 'f6', 'f7', 'f0', 'f1', 'f2', 'f3']],
  ] as const)('looks at every partition of the kind "%s", from any one on', async (prefix, random, partitions) => {
    expect((await sweep({ prefix, random: () => random })).listed).toEqual(partitions);
  });

  it('sends what ten records at a time ask for', async () => {
    const items = { 3: Array.from({ length: 12 }, (_, number) => itemOf('3', number)) };
    const { sent } = await sweep({ items });

    expect(sent.map(({ length }) => length)).toEqual([10, 2]);
  });

  it('sends nothing when there is nothing to do', async () => {
    expect((await sweep({ items: { 3: [itemOf('3', 1)] }, handle: async () => [] })).sent).toEqual([]);
  });

  it.each<[string, string[] | undefined, number]>([
    ['a message each', ['message'], 2],
    ['two messages each', ['one', 'two'], 1],
    ['no message', [], 2],
    ['nothing to do', undefined, 4],
  ])('ends at its limit, with %s', async (_, answer, records) => {
    const items = { 0: [itemOf('0', 1), itemOf('0', 2)], 5: [itemOf('5', 1), itemOf('5', 2)] };
    let handled = 0;
    const handle: Kind['handle'] = async () => {
      handled += 1;
      return answer;
    };
    await sweep({ items, limit: 2, together: 1, handle });

    expect(handled).toBe(records);
  });

  it('begins nothing more when the time is up', async () => {
    const items = { 0: [itemOf('0', 1), itemOf('0', 2), itemOf('0', 3)] };
    let looks = 0;
    const { handled } = await sweep({ items, together: 1, hasTime: () => ++looks <= 2 });

    expect(handled).toEqual(['0_1', '0_2']);
  });

  it('sends what was taken beside a record that failed, and fails then', async () => {
    const sent: string[] = [];
    const down = new Error('the table is down');
    const handle: Kind['handle'] = async ({ taskId }) => {
      if (taskId === '0_1') throw down;
      return [taskId];
    };
    const items = { 0: [itemOf('0', 1), itemOf('0', 2)] };
    const sweeping = sweep({ items, handle, queue: { sendAll: async (bodies) => void sent.push(...bodies) } });

    await expect(sweeping).rejects.toBe(down);
    expect(sent).toEqual(['0_2']);
  });

  it('says which record it cannot read, and goes on behind it', async () => {
    const spoilt = { task_id: '1', step_id: 'a', status: 'WHATEVER', ...times };
    const { handled, lines } = await sweep({ items: { 0: [spoilt, itemOf('0', 2)] } });

    expect(handled).toEqual(['0_2']);
    expect(lines).toEqual([
      {
        level: 'error',
        message: 'record unreadable',
        task_id: '1',
        step_id: 'a',
        stage: 'record',
        code: 'unexpected',
        reason: expect.any(String),
      },
    ]);
  });
});
