import { expect, it } from '@jest/globals';
import { validateMessage } from '../../../lib/middleware/validate-message.ts';
import { runThrough } from '../../support/run-through.ts';

type Event = { body: unknown };

const validate = (body: unknown) =>
  runThrough(
    validateMessage<Event>((event) => event.body),
    { body },
    async (event) => event,
  );

it('puts the message beside what it was read from', async () => {
  const body = { task_id: 12345, step_id: 'review_step' };

  expect(await validate(body)).toMatchObject({
    body,
    message: { kind: 'step', taskId: '12345', stepId: 'review_step' },
  });
});

it('refuses what is no message and names the field', async () => {
  await expect(validate({ task_id: '../x' })).rejects.toMatchObject({
    name: 'RefusedError',
    code: 'invalid',
    issues: [{ path: 'task_id', message: expect.any(String) }],
  });
});
