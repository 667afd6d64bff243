import { expect, it } from '@jest/globals';
import { chooseShard } from '../../lib/shard.ts';

it('spreads tasks over the partitions 0 to 7', () => {
  const shards = Array.from({ length: 200 }, (_, number) => chooseShard(`task_${number}`));

  expect([...new Set(shards)].toSorted()).toEqual(['0', '1', '2', '3', '4', '5', '6', '7']);
});

it('finds a task where every earlier version put it', () => {
  expect(['12345', 'task_demo'].map(chooseShard)).toEqual(['4', '3']);
});
