import { describe, expect, it } from '@jest/globals';
import { countReadUnits, countWriteUnits, type Item, measureItem } from '../../bench/invocation/capacity-units.ts';

/** Of so many bytes, names and all; `unfinished` is in the index. */
function createItem(sizeBytes: number, { unfinished = false } = {}): Item {
  const item: Item = { task_id: { S: '' }, ...(unfinished && { unfinished: { S: '3' } }) };
  return { ...item, task_id: { S: 'x'.repeat(sizeBytes - measureItem(item)) } };
}

describe('the size of an item', () => {
  it.each<[string, Item, number]>([
    ['text in bytes', { name: { S: 'Verträge' } }, 13],
    ['a number, two digits a byte', { size: { N: '204800' } }, 8],
    ['a boolean', { flag: { BOOL: true } }, 5],
    ['a list with a byte for each entry', { ids: { L: [{ S: 'ab' }, { S: 'c' }] } }, 11],
    ['a map with a byte for each pair', { error: { M: { code: { S: 'x' } } } }, 14],
  ])('counts names, and %s', (_, item, sizeBytes) => {
    expect(measureItem(item)).toBe(sizeBytes);
  });
});

describe('write units', () => {
  it.each<[string, Item | undefined, Item, number]>([
    ['one for up to 1 KiB', undefined, createItem(1024), 1],
    ['two for a byte more', undefined, createItem(1025), 2],
    ['for the larger of before and after', createItem(3000), createItem(100), 3],
    ['the index, too, where an item comes into it', undefined, createItem(100, { unfinished: true }), 2],
    ['the index, too, where an item leaves it', createItem(100, { unfinished: true }), createItem(100), 2],
    [
      'the index twice where an item moves in it',
      createItem(1500, { unfinished: true }),
      createItem(100, { unfinished: true }),
      5,
    ],
  ])('are %s', (_, before, after, units) => {
    expect(countWriteUnits(before, after)).toBe(units);
  });
});

describe('read units', () => {
  it.each<[string, Item[], number]>([
    ['one where there is nothing', [], 1],
    ['one for up to 4 KiB', [createItem(4096)], 1],
    ['two for a byte more', [createItem(4097)], 2],
    ['of all items together', [createItem(2000), createItem(2000), createItem(2000)], 2],
  ])('are %s', (_, items, units) => {
    expect(countReadUnits(...items)).toBe(units);
  });
});
