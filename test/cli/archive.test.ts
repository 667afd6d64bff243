import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { parseMessage } from '../../lib/queue-message.ts';
import { type CliWorld, startCliWorld } from '../support/cli-world.ts';

let world: CliWorld;
beforeAll(async () => {
  world = await startCliWorld();
});
afterAll(() => world?.close());

it('puts a message for every document of a task on the queue, and says so', async () => {
  const { exitCode, printed, noted } = await world.run(['archive', 'task_1']);

  expect({ exitCode, noted }).toEqual({ exitCode: 0, noted: [] });
  expect(printed).toEqual(['Queued: every document of task task_1. `status task_1` shows what became of it.']);
  expect(await world.receive()).toEqual([{ task_id: 'task_1' }]);
});

it('puts a message for one document there', async () => {
  const { printed } = await world.run(['archive', 'task_2', 'nda_step']);

  expect(printed).toEqual(['Queued: document nda_step of task task_2. `status task_2` shows what became of it.']);
  expect(await world.receive()).toEqual([{ task_id: 'task_2', step_id: 'nda_step' }]);
});

it('takes a file that no step generated in the place of a step', async () => {
  await world.run(['archive', 'task_2', '#file:document_1']);

  expect(await world.receive()).toEqual([{ task_id: 'task_2', step_id: '#file:document_1' }]);
});

it('asks for a copy even of what is unchanged, in words the archive function understands', async () => {
  const { printed } = await world.run(['archive', 'task_3', 'nda_step', '--force']);
  const [message] = await world.receive();

  expect(printed[0]).toContain('even if unchanged');
  expect(parseMessage(message)).toMatchObject({ kind: 'step', taskId: 'task_3', stepId: 'nda_step', force: true });
});

it('tells programs in JSON', async () => {
  const { printed } = await world.run(['archive', 'task_4', '--json']);
  await world.receive();

  expect(printed.map((line) => JSON.parse(line))).toEqual([{ status: 'queued', task_id: 'task_4', force: false }]);
});

it('puts nothing on the queue when the step is no id', async () => {
  const { exitCode } = await world.run(['archive', 'task_5', '../x']);

  expect(exitCode).toBe(2);
  expect(await world.receive()).toEqual([]);
});

it('ends with 3 when there is no such queue', async () => {
  const env = { ...world.env, ARCHIVE_QUEUE_URL: `${world.queue.url}/000000000000/nobody` };
  const { exitCode, printed } = await world.run(['archive', 'task_6'], { env });

  expect({ exitCode, printed }).toEqual({ exitCode: 3, printed: [] });
});
