import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Finding } from '../../cli/verdict.ts';
import { setEnvironment } from '../../local/environment.ts';
import { type LocalEventBus, startEventBus } from '../../local/event-bus.ts';
import { type CliWorld, startCliWorld } from '../support/cli-world.ts';

let world: CliWorld;
let bus: LocalEventBus;
beforeAll(async () => {
  world = await startCliWorld();
  bus = await startEventBus();
  setEnvironment({ AWS_ENDPOINT_URL_EVENTBRIDGE: bus.url });
});
afterAll(async () => {
  await bus?.close();
  await world?.close();
});

async function diagnose(more: Record<string, string>) {
  const { exitCode, printed } = await world.run(['doctor', '--json'], { env: { ...world.env, ...more } });
  const findings = JSON.parse(printed.join('\n')) as Finding[];
  return { exitCode, results: Object.fromEntries(findings.map(({ check, result }) => [check, result])) };
}

it('finds nothing wrong with what `npm start` runs, and says what it cannot see there', async () => {
  expect(await diagnose({ EVENT_BUS_NAME: bus.busName })).toEqual({
    exitCode: 0,
    results: {
      configuration: 'ok',
      'AWS credentials': 'ok',
      bucket: 'ok',
      'bucket versions': 'ok',
      'bucket privacy': 'unknown',
      'bucket TLS': 'unknown',
      'bucket encryption': 'unknown',
      table: 'ok',
      'table index': 'ok',
      'table backups': 'unknown',
      'table protection': 'warn',
      queue: 'ok',
      'queue redrive': 'ok',
      'dead letters': 'ok',
      'event bus': 'ok',
      'vendor key': 'unknown',
      'webhook secret': 'unknown',
    },
  });
});

it('finds wrong what is not there', async () => {
  const { exitCode, results } = await diagnose({
    ARCHIVE_BUCKET: 'nobody',
    ARCHIVE_TABLE: 'nobody',
    ARCHIVE_QUEUE_URL: `${world.queue.url}/000000000000/nobody`,
    EVENT_BUS_NAME: 'nobody',
  });

  expect(exitCode).toBe(1);
  expect(results).toMatchObject({ bucket: 'wrong', table: 'wrong', queue: 'wrong', 'event bus': 'wrong' });
});
