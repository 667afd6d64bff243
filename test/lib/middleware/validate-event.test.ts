import { expect, it } from '@jest/globals';
import { type ValidatedEvent, validateEvent } from '../../../lib/middleware/validate-event.ts';
import { runThrough } from '../../support/run-through.ts';

const validate = (body: string, isBase64Encoded = false) =>
  runThrough(validateEvent(), { body, isBase64Encoded } as ValidatedEvent, async (event) => event);

it.each([
  ['as it came', (body: string) => body, false],
  ['base64-encoded', (body: string) => Buffer.from(body).toString('base64'), true],
  ['behind a byte order mark', (body: string) => `\uFEFF${body}`, false],
])('puts the event beside its body, %s', async (_, encode, isBase64Encoded) => {
  const body = encode('{"event":"flows.tasks.created","data":{"task_id":12345}}');

  expect(await validate(body, isBase64Encoded)).toMatchObject({
    body,
    webhookEvent: { event: 'flows.tasks.created', data: { task_id: '12345' } },
  });
});

it.each([
  ['no JSON', 'not JSON', ''],
  ['a task event without a task', '{"event":"flows.tasks.created","data":{}}', 'data.task_id'],
])('refuses %s and names the field', async (_, body, path) => {
  await expect(validate(body)).rejects.toMatchObject({
    name: 'RefusedError',
    code: 'invalid',
    issues: [{ path, message: expect.any(String) }],
  });
});
