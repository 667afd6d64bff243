import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import * as fc from 'fast-check';
import type { RecordChange } from '../../lib/ports.ts';
import { type LedgerWorld, startLedgerWorld } from '../support/ledger-world.ts';
import { createTableModel } from '../support/model/table-model.ts';

const SEQUENCES = 400;

let world: LedgerWorld;
let count = 0;

beforeAll(async () => {
  world = await startLedgerWorld();
});
afterAll(() => world?.close());

/** A condition with its values in the order of their places. */
type Condition = { text: string; values: unknown[] };

const name = fc.constantFrom('task_id', 'status', 'lease_id', 'lease_expires_at', 'attempts', 'sweeps');
const value = fc.constantFrom<unknown>('A', 'B', 'C', 0, 1, 2);

const join = (operator: string, conditions: Condition[]): Condition => ({
  text: conditions.map(({ text }) => text).join(` ${operator} `),
  values: conditions.flatMap(({ values }) => values),
});

const leaf: fc.Arbitrary<Condition> = fc.oneof(
  fc.tuple(fc.constantFrom('attribute_exists', 'attribute_not_exists'), name).map(([test, of]) => ({
    text: `${test}(#${of})`,
    values: [],
  })),
  fc.tuple(name, fc.constantFrom('=', '<>', '<', '<=', '>', '>='), value).map(([of, operator, right]) => ({
    text: `#${of} ${operator} ?`,
    values: [right],
  })),
  fc.tuple(name, value, value).map(([of, ...values]) => ({ text: `#${of} IN (?, ?)`, values })),
  // What is set can be compared with, too.
  fc.constantFrom('=', '<>').map((operator) => ({ text: `#status ${operator} :status`, values: [] })),
);

const { condition } = fc.letrec<{ condition: Condition; term: Condition }>((tie) => ({
  term: fc.oneof(
    { depthSize: 'small' },
    leaf,
    tie('condition').map(({ text, values }) => ({ text: `(${text})`, values })),
  ),
  condition: fc.oneof(
    { depthSize: 'small' },
    leaf,
    fc
      .tuple(fc.constantFrom('AND', 'OR'), fc.array(tie('term'), { minLength: 2, maxLength: 3 }))
      .map(([operator, terms]) => join(operator, terms)),
    fc.tuple(tie('term'), tie('term'), tie('term')).map(([a, b, c]) => join('OR', [a, join('AND', [b, c])])),
  ),
}));

function nameValues({ text, values }: Condition): Pick<RecordChange, 'condition' | 'values'> {
  let next = 0;
  const named = Object.fromEntries(values.map((each, index) => [`v${index}`, each]));
  return { condition: text.replaceAll('?', () => `:v${next++}`), values: named };
}

const always: Condition = { text: 'attribute_exists(#task_id) OR attribute_not_exists(#task_id)', values: [] };

const change: fc.Arbitrary<RecordChange> = fc
  .record({
    set: fc.record(
      { status: value, leaseId: fc.oneof(value, fc.constant(undefined)), leaseExpiresAt: value },
      { requiredKeys: ['status'] },
    ),
    setOnce: fc.record({ sweeps: value }, { requiredKeys: [] }),
    add: fc.record({ attempts: fc.nat(2) }, { requiredKeys: [] }),
    removes: fc.boolean(),
    // Half of the writes are to go through.
    test: fc.oneof(fc.constant(always), condition),
  })
  .map(({ set, setOnce, add, removes, test }) => ({
    set,
    setOnce,
    add,
    // No attribute twice in one write.
    remove: removes ? (['leaseId', 'leaseExpiresAt', 'error'] as const).filter((each) => !(each in set)) : [],
    ...nameValues(test),
  }));

it('does with any writes what the table adapter does on the embedded DynamoDB', async () => {
  const sequences = fc.array(change, { minLength: 2, maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(sequences, async (changes) => {
      const key = { taskId: `task_${++count}`, stepId: 'a' };
      const model = createTableModel(world.now);
      for (const each of changes) {
        world.passMs(1);
        expect(await model.table.update(key, each)).toEqual(await world.table.update(key, each));
      }
      expect(await model.table.read(key)).toEqual(await world.table.read(key));
    }),
    { seed: jest.getSeed(), numRuns: SEQUENCES },
  );
});
