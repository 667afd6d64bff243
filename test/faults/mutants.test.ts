import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import * as fc from 'fast-check';
import { giveTimeBack, takeTime } from '../support/model/clock-model.ts';
import { createInterleavings } from '../support/model/interleavings.ts';
import {
  dropEvents,
  dropIfNoneMatch,
  dropLeaseCondition,
  dropLengthCheck,
  dropManifestCondition,
} from '../support/model/mutants.ts';
import type { Mutation } from '../support/model/archive-world.ts';

const SCHEDULES = 500;

beforeAll(takeTime);
afterAll(giveTimeBack);

const check = (mutate: Mutation, asksFor: 'step' | 'task' = 'step') =>
  fc.check(createInterleavings({ asksFor, isLarge: false, mutate }), {
    seed: jest.getSeed(),
    numRuns: SCHEDULES,
    endOnFailure: true,
  });

it.each([
  ['the claim has no lease condition', dropLeaseCondition, /while worker\d+_\d+ was held/],
  ['the first write has no If-None-Match', dropIfNoneMatch, /stored the same again|put old bytes over new ones/],
  ['the bus loses what it is told', dropEvents, /the bus was not told of/],
  ['the copy has no length check', dropLengthCheck, /stored what is no whole document/],
])('is found out when %s', async (_, mutate, complaint) => {
  const { failed, errorInstance } = await check(mutate);

  expect(failed).toBe(true);
  expect(String(errorInstance)).toMatch(complaint);
});

it('is found out when a manifest is written on no condition', async () => {
  const { failed, errorInstance } = await check(dropManifestCondition, 'task');

  expect(failed).toBe(true);
  expect(String(errorInstance)).toMatch(/wrote the same manifest again|put an old manifest over a new one/);
});

it('finds nothing in as many schedules when all is there', async () => {
  const { failed, numRuns } = await check((outside) => outside);

  expect({ failed, numRuns }).toEqual({ failed: false, numRuns: SCHEDULES });
});
