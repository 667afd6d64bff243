import { expect, it, jest } from '@jest/globals';
import * as fc from 'fast-check';
import { fileName, listUnsafe } from '../support/file-names.ts';

it('makes any file name safe and stable', () => {
  fc.assert(
    fc.property(fileName, (name) => {
      expect(listUnsafe(name)).toEqual([]);
    }),
    { seed: jest.getSeed(), numRuns: 100_000 },
  );
});
