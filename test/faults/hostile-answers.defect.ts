import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { type ArchiveWorld, startArchiveWorld } from '../support/archive-world.ts';
import { createFaultTally } from '../support/fault-tally.ts';
import { sendRaw } from '../support/hostile-answers.ts';

let world: ArchiveWorld;
beforeAll(async () => {
  world = await startArchiveWorld();
});
afterAll(async () => {
  await world.close();
});

const content = Buffer.from('%PDF-1.7 a contract');

it('tries later when the deadline comes in JSON of no announced length', async () => {
  const tally = createFaultTally(world, 'hangs until the deadline in JSON without a length');
  const head = ['HTTP/1.1 200 OK', 'Content-Type: application/json'];
  const vendor = [sendRaw({ head, body: '{"down', then: 'hang' })];
  const outcome = await tally.send({ content, vendor, options: { remainingMs: [15_800, 900_000] } });

  expect(outcome).toMatchObject({ settled: 'back in 30 s', status: 'PENDING', error: 'deadline' });
  tally.report();
});

it.each(['vendor', 'storage'])('answers when the %s switches protocols', async (place) => {
  const tally = createFaultTally(world, 'a switch of protocols');
  const head = ['HTTP/1.1 101 Switching Protocols', 'Upgrade: x', 'Connection: Upgrade'];
  const outcome = await tally.send({ content, [place]: [sendRaw({ head })] });

  expect(outcome).toMatchObject({ settled: 'back in 30 s', status: 'PENDING', error: 'connection_failed' });
  tally.report();
});
