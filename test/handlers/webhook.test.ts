import { createHmac } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { createWebhookHandler } from '../../handlers/webhook.ts';
import { createLambdaContext } from '../../local/lambda-context.ts';

const SECRET = 'a-secret-of-this-test';
const sign = (body: string | Buffer, secret = SECRET) =>
  `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;

type World = {
  secrets?: string[];
  rotated?: string[];
  isSecretDown?: boolean;
  isQueueDown?: boolean;
  organizationId?: string;
};

/** The handler between a queue and a log that write down what they get. */
function createWorld({
  secrets = [SECRET],
  rotated = secrets,
  isSecretDown,
  isQueueDown,
  organizationId = '',
}: World = {}) {
  const calls: string[] = [];
  const sent: string[] = [];
  const lines: Record<string, unknown>[] = [];
  const readSecrets = (name: string, value: string[]) => async () => {
    calls.push(name);
    if (isSecretDown) throw new Error('no secret');
    return value;
  };
  const handler = createWebhookHandler({
    log: (level, message, fields) => void lines.push({ level, message, ...fields }),
    now: () => 0,
    secrets: { read: readSecrets('read', secrets), reread: readSecrets('reread', rotated) },
    send: async (body) => {
      calls.push('send');
      if (isQueueDown) throw new Error('no queue');
      sent.push(body);
    },
    organizationId,
  });
  async function post(body: string | Buffer, event: Partial<APIGatewayProxyEventV2> = {}) {
    const request = {
      headers: { 'x-chamelio-signature': sign(body) },
      body: body.toString(),
      isBase64Encoded: false,
      ...event,
    } as APIGatewayProxyEventV2;
    const answer: APIGatewayProxyStructuredResultV2 = await handler(request, createLambdaContext('webhook', 10_000));
    return { status: answer.statusCode, body: JSON.parse(answer.body as string) as Record<string, unknown>, answer };
  }
  return { post, calls, sent, lines };
}

const completed = JSON.stringify({
  event: 'flows.tasks.completed',
  event_id: 'evt_1',
  organization_id: 'org_1',
  timestamp: '2026-03-02T12:00:00Z',
  data: {
    task_id: 'task_1',
    workflow_id: 'wf_1',
    workflow_name: 'NDA',
    variables: { salary: 1 },
    initiated_by: 'a@b.c',
  },
});

describe('a signed event', () => {
  it('is queued, reduced to what is used', async () => {
    const { post, sent } = createWorld();

    expect(await post(completed)).toMatchObject({ status: 202, body: { status: 'queued', event_id: 'evt_1' } });
    expect(sent.map((body) => JSON.parse(body))).toEqual([
      {
        event: 'flows.tasks.completed',
        event_id: 'evt_1',
        organization_id: 'org_1',
        timestamp: '2026-03-02T12:00:00Z',
        data: { task_id: 'task_1', workflow_id: 'wf_1', workflow_name: 'NDA' },
      },
    ]);
  });

  it.each([
    ['flows.tasks.created', { task_id: 12345 }, { task_id: '12345' }],
    ['flows.tasks.canceled', { task_id: 'a', reason: 'private' }, { task_id: 'a' }],
    [
      'flows.tasks.step_change',
      { task_id: 'a', previous_step: { step_id: 's', completed_by: 'private' }, current_step: { step_id: 't' } },
      { task_id: 'a', previous_step: { step_id: 's' } },
    ],
  ])('%s is queued without what nobody needs', async (event, data, kept) => {
    const { post, sent } = createWorld();

    expect((await post(JSON.stringify({ event, data }))).body).toEqual({ status: 'queued', event_id: null });
    expect(sent.map((body) => JSON.parse(body))).toEqual([{ event, data: kept }]);
  });

  it('is let in whatever the case of the header, and base64-encoded', async () => {
    const { post, sent } = createWorld();
    const headers = { 'X-CHAMELIO-Signature': sign(completed) };

    expect((await post(completed, { headers })).status).toBe(202);
    const encoded = { body: Buffer.from(completed).toString('base64'), isBase64Encoded: true };
    expect((await post(completed, encoded)).status).toBe(202);
    expect(sent).toHaveLength(2);
  });

  it('is let in under any of the secrets, and under one that was rotated in since', async () => {
    const several = createWorld({ secrets: ['another-long-secret', SECRET] });
    expect((await several.post(completed)).status).toBe(202);
    expect(several.calls).toEqual(['read', 'send']);

    const rotated = createWorld({ secrets: ['another-long-secret'], rotated: [SECRET] });
    expect((await rotated.post(completed)).status).toBe(202);
    expect(rotated.calls).toEqual(['read', 'reread', 'send']);
  });

  it.each(['flows.tasks.commented', 'core.document.uploaded', `x${'y'.repeat(2_000)}`])(
    'that nobody needs is ignored: %.30s',
    async (event) => {
      const { post, sent, lines } = createWorld();

      expect(await post(JSON.stringify({ event, data: 'odd' }))).toMatchObject({
        status: 202,
        body: { status: 'ignored', event: event.slice(0, 1024) },
      });
      expect(sent).toEqual([]);
      expect(lines).toEqual([expect.objectContaining({ outcome: 'ignored', status: 202 })]);
    },
  );

  it.each([
    ['another organisation', 'org_2', 'ignored'],
    ['our organisation', 'org_1', 'queued'],
  ])('of %s is %s', async (_, organizationId, status) => {
    expect((await createWorld({ organizationId }).post(completed)).body).toMatchObject({ status });
  });

  it('of no organisation passes', async () => {
    const body = JSON.stringify({ event: 'flows.tasks.created', organization_id: null, data: { task_id: 'a' } });

    expect((await createWorld({ organizationId: 'org_1' }).post(body)).body).toMatchObject({ status: 'queued' });
  });
});

describe('what is not let in', () => {
  it.each([
    ['a wrong signature', { headers: { 'x-chamelio-signature': sign(completed, 'another-long-secret') } }],
    ['a garbled signature', { headers: { 'x-chamelio-signature': 'sha256=nonsense' } }],
    ['no signature', { headers: {} }],
    ['no headers at all', { headers: undefined as never }],
    ['a body that was changed', { body: `${completed} ` }],
    ['no body', { body: undefined as never }],
  ])('%s is a 401, before anything is parsed', async (_, event) => {
    const { post, sent, lines } = createWorld();
    const { status, body } = await post(completed, event);

    expect([status, Object.keys(body)]).toEqual([401, ['detail']]);
    expect(sent).toEqual([]);
    expect(lines).toEqual([
      expect.objectContaining({ level: 'error', status: 401, stage: 'authenticate', code: 'signature_invalid' }),
    ]);
    expect(JSON.stringify(lines)).not.toContain(sign(completed));
  });

  it('is a 401 when it is no JSON and not signed either', async () => {
    expect((await createWorld().post('{', { headers: {} })).status).toBe(401);
  });

  it.each([
    ['no JSON', '{', [{ path: '', message: 'expected JSON' }]],
    ['no object', '[]', [{ path: '', message: expect.any(String) }]],
    ['no event', '{}', [{ path: 'event', message: expect.any(String) }]],
    [
      'a completion without its task',
      '{"event":"flows.tasks.completed","data":{}}',
      [{ path: 'data.task_id', message: expect.any(String) }],
    ],
    [
      'a step change whose step is none',
      '{"event":"flows.tasks.step_change","data":{"task_id":"a","previous_step":{"step_id":"/"}}}',
      [{ path: 'data.previous_step.step_id', message: expect.any(String) }],
    ],
  ])('%s is a 400 that names the field', async (_, body, issues) => {
    const { post, sent } = createWorld();

    expect(await post(body)).toMatchObject({ status: 400, body: { detail: expect.any(String), issues } });
    expect(sent).toEqual([]);
  });

  it('is a 413 over 1 MiB, and let in up to it', async () => {
    const padded = (sizeBytes: number) =>
      completed.replace('"NDA"', JSON.stringify('a'.repeat(sizeBytes - completed.length + 3)));
    const { post, calls } = createWorld();
    expect((await post(padded(1024 * 1024 + 1))).status).toBe(413);
    expect(calls).toEqual([]);

    expect((await post(padded(1024 * 1024))).status).toBe(202);
  });

  it.each([
    ['the secret', { isSecretDown: true }],
    ['the queue', { isQueueDown: true }],
  ])('is a 503 when %s cannot be reached, so that it is sent again', async (_, world) => {
    const { post, lines } = createWorld(world);

    expect(await post(completed)).toMatchObject({ status: 503, body: { detail: expect.any(String) } });
    expect(lines).toEqual([expect.objectContaining({ level: 'warn', status: 503, code: 'unexpected' })]);
  });
});

it('answers in JSON', async () => {
  expect((await createWorld().post(completed)).answer.headers).toEqual({ 'content-type': 'application/json' });
});

it('leaves one line that says which task, which event, and neither secret nor signature', async () => {
  const { post, lines } = createWorld();
  await post(completed);

  expect(lines).toEqual([
    {
      level: 'info',
      message: 'webhook',
      event: 'flows.tasks.completed',
      event_id: 'evt_1',
      task_id: 'task_1',
      outcome: 'queued',
      status: 202,
      ms: 0,
      request_id: expect.any(String),
    },
  ]);
});
