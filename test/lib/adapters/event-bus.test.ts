import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { type BusWorld, startBusWorld } from '../../support/bus-world.ts';

let world: BusWorld;
beforeEach(async () => {
  world = await startBusWorld();
});
afterEach(async () => {
  await world.close();
});

const createEvents = (count: number) =>
  Array.from({ length: count }, (_, index) => ({
    detail_type: 'Document Archived' as const,
    detail: { id: `id_${index}`, task_id: 'task_1', file_name: 'Vertrag ü.pdf' },
  }));

it('puts an event on the bus under the name of this system', async () => {
  await world.publish(createEvents(1));

  expect(world.events).toEqual([
    expect.objectContaining({
      source: 'chamelio-archive',
      'detail-type': 'Document Archived',
      detail: { id: 'id_0', task_id: 'task_1', file_name: 'Vertrag ü.pdf' },
    }),
  ]);
});

it('sends no more than ten at a time, in their order', async () => {
  await world.publish(createEvents(23));

  expect(world.events.map(({ detail }) => detail.id)).toEqual(createEvents(23).map(({ detail }) => detail.id));
});

it('fails for now when the bus cannot be reached', async () => {
  world.failNext('request');

  await expect(world.publish(createEvents(1))).rejects.toMatchObject({
    name: 'TransientError',
    stage: 'publish',
    code: 'bus_unavailable',
    message: 'EventBridge failed (InternalException).',
  });
});

it('fails for now when one entry of several was not taken, though the request was', async () => {
  world.failNext('entry');

  await expect(world.publish(createEvents(2))).rejects.toMatchObject({ code: 'bus_unavailable' });
  expect(world.events.map(({ detail }) => detail.id)).toEqual(['id_1']);
});

it('asks nobody for nothing', async () => {
  world.failNext('request');
  await world.publish([]);

  expect(world.events).toEqual([]);
});
