import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { createWebhookHandler } from '../../handlers/webhook.ts';
import type { CachedSecret } from '../../lib/cached-secret.ts';
import { TransientError } from '../../lib/errors.ts';
import { parseMessage } from '../../lib/queue-message.ts';
import { createLambdaContext } from '../../local/lambda-context.ts';
import { signWebhook } from '../../local/sign-webhook.ts';

const secret = 'the-secret-of-these-tests';
const readEvent = (name: string) => readFileSync(new URL(`../../events/${name}.json`, import.meta.url), 'utf8');
const completed = readEvent('webhook.tasks-completed');
const unavailable = new TransientError({ stage: 'queue', code: 'queue_unavailable', message: 'SQS failed.' });
const fail = async () => {
  throw unavailable;
};

type Options = {
  organizationId?: string;
  secrets?: Partial<CachedSecret<readonly string[]>>;
  send?: () => Promise<void>;
};

function createWebhook({ organizationId = '', secrets = {}, send }: Options = {}) {
  const calls: string[] = [];
  const sent: string[] = [];
  const lines: Record<string, unknown>[] = [];
  let clock = 1_000;
  const handler = createWebhookHandler({
    log: (level, message, fields) => void lines.push({ level, message, ...fields }),
    now: () => (clock += 7),
    organizationId,
    secrets: {
      read: async () => {
        calls.push('read the secret');
        return (await secrets.read?.()) ?? [secret];
      },
      reread: async () => {
        calls.push('read the secret again');
        return (await secrets.reread?.()) ?? [secret];
      },
    },
    send: async (body) => {
      calls.push('send');
      await send?.();
      sent.push(body);
    },
  });
  return {
    handler,
    calls,
    sent,
    lines,
    post: async (body: string | Buffer | undefined, event: Partial<APIGatewayProxyEventV2> = {}) => {
      const signed = { 'x-chamelio-signature': signWebhook(body ?? '', secret) };
      const text = Buffer.isBuffer(body) ? body.toString('base64') : body;
      const request = {
        headers: signed,
        isBase64Encoded: Buffer.isBuffer(body),
        ...(body === undefined ? {} : { body: text }),
        ...event,
      };
      const answer: unknown = await handler(request as APIGatewayProxyEventV2, createLambdaContext('webhook', 10_000));
      const { statusCode, headers, body: json = '' } = answer as APIGatewayProxyStructuredResultV2;
      expect(headers).toEqual({ 'content-type': 'application/json' });
      return { statusCode, body: JSON.parse(json) };
    },
  };
}

const withEvent = (change: object) => JSON.stringify({ ...JSON.parse(completed), ...change });

describe('a signed event', () => {
  it.each(['tasks-completed', 'tasks-created', 'tasks-canceled', 'step-change'])('is queued: %s', async (name) => {
    const raw = readEvent(`webhook.${name}`);
    const { post, sent, lines } = createWebhook();
    const { event, event_id, data } = JSON.parse(raw);

    expect(await post(raw)).toEqual({ statusCode: 202, body: { status: 'queued', event_id } });
    expect(sent.map((body) => parseMessage(JSON.parse(body)))).toEqual([parseMessage(JSON.parse(raw))]);
    expect(lines).toEqual([
      {
        level: 'info',
        message: 'webhook',
        event,
        event_id,
        task_id: data.task_id,
        outcome: 'queued',
        status: 202,
        ms: 7,
        request_id: expect.any(String),
      },
    ]);
  });

  it('is verified first, then queued', async () => {
    const { post, calls } = createWebhook();
    await post(completed);

    expect(calls).toEqual(['read the secret', 'send']);
  });

  it('is queued as what archiving uses of it, never as it came', async () => {
    const { post, sent } = createWebhook();
    await post(readEvent('webhook.step-change'));

    expect(JSON.parse(sent[0] as string)).toEqual({
      event: 'flows.tasks.step_change',
      event_id: 'evt_2c26b46b68ffc68f',
      organization_id: 'org_northwind',
      timestamp: '2025-11-12T14:02:37.055Z',
      data: {
        task_id: 'task_demo',
        workflow_id: 'wf_msa_review',
        workflow_name: 'Master Services Agreement',
        previous_step: { step_id: 'draft_step' },
      },
    });
  });

  it('is taken base64-encoded, byte for byte', async () => {
    const { post, sent } = createWebhook();

    expect((await post(Buffer.from(completed))).statusCode).toBe(202);
    expect(sent).toHaveLength(1);
  });

  it.each(['X-Chamelio-Signature', 'x-chamelio-signature', 'X-CHAMELIO-SIGNATURE'])(
    'is known by its header %s, in whatever case',
    async (name) => {
      const { post } = createWebhook();

      expect((await post(completed, { headers: { [name]: signWebhook(completed, secret) } })).statusCode).toBe(202);
    },
  );

  it('is taken under a secret that was rotated since', async () => {
    const { post, calls } = createWebhook({ secrets: { read: async () => ['the-secret-before-that'] } });

    expect((await post(completed)).statusCode).toBe(202);
    expect(calls).toEqual(['read the secret', 'read the secret again', 'send']);
  });

  it('has no id to answer with where the vendor gave none', async () => {
    const { post } = createWebhook();

    expect((await post(withEvent({ event_id: undefined }))).body).toEqual({ status: 'queued', event_id: null });
  });

  it.each(['tasks-commented', 'document-uploaded'])('that archiving has no use for is ignored: %s', async (name) => {
    const raw = readEvent(`webhook.${name}`);
    const { post, calls, lines } = createWebhook();
    const { event, event_id } = JSON.parse(raw);

    expect(await post(raw)).toEqual({ statusCode: 202, body: { status: 'ignored', event } });
    expect(calls).not.toContain('send');
    expect(lines).toEqual([
      expect.objectContaining({ level: 'info', outcome: 'ignored', event, event_id, status: 202 }),
    ]);
    expect(lines[0]).not.toHaveProperty('task_id');
  });

  it('that is unknown is answered with 1,024 characters of its name at most', async () => {
    const { post } = createWebhook();

    expect((await post(withEvent({ event: 'x'.repeat(5000) }))).body.event).toBe('x'.repeat(1024));
  });

  it.each([
    ['of another organisation is ignored', 'org_southwind', 'ignored'],
    ['of this organisation is queued', 'org_northwind', 'queued'],
    ['that names no organisation passes', undefined, 'queued'],
    ['with an organisation that is no text passes', { id: 1 }, 'queued'],
  ])('%s', async (_what, organization, status) => {
    const { post, sent } = createWebhook({ organizationId: 'org_northwind' });
    const { statusCode, body } = await post(withEvent({ organization_id: organization }));

    expect([statusCode, body.status]).toEqual([202, status]);
    expect(sent).toHaveLength(status === 'queued' ? 1 : 0);
  });
});

describe('a body that nobody signed', () => {
  it.each([
    ['no header', {}],
    ['an empty header', { 'x-chamelio-signature': '' }],
    ['another signature', { 'x-chamelio-signature': signWebhook(completed, 'another-secret-of-tests') }],
    ['the signature of another body', { 'x-chamelio-signature': signWebhook(`${completed} `, secret) }],
  ])('is answered with 401: %s', async (_what, headers) => {
    const { post, sent, lines } = createWebhook();
    const { statusCode, body } = await post(completed, { headers });

    expect(statusCode).toBe(401);
    expect(body).toEqual({ detail: expect.stringMatching(/^[A-Z].*\.$/) });
    expect(sent).toEqual([]);
    expect(lines).toEqual([
      expect.objectContaining({ level: 'error', stage: 'authenticate', code: 'signature_invalid', status: 401 }),
    ]);
  });

  it('is answered with 401 where there are no headers at all', async () => {
    const { headers: _, ...bare } = { body: completed, headers: {} };
    const { handler } = createWebhook();

    expect(await handler(bare as APIGatewayProxyEventV2, createLambdaContext('webhook', 10_000))).toMatchObject({
      statusCode: 401,
    });
  });

  it('is not parsed: 401 whatever it holds, and nothing of it in the line', async () => {
    const { post, lines } = createWebhook();
    const { statusCode } = await post('{"event": 17', { headers: {} });

    expect(statusCode).toBe(401);
    for (const name of ['event', 'event_id', 'task_id']) expect(lines[0]).not.toHaveProperty(name);
  });
});

describe('signed bytes that are no valid event', () => {
  it.each([
    ['no JSON', 'not JSON', ''],
    ['nothing', undefined, ''],
    ['a list', '[]', ''],
    ['no event', '{}', 'event'],
    ['an event that is no text', '{"event": 17}', 'event'],
    ['no data', '{"event": "flows.tasks.completed"}', 'data'],
    ['no task id', '{"event": "flows.tasks.completed", "data": {}}', 'data.task_id'],
    [
      'a task id that could leave its place',
      '{"event": "flows.tasks.created", "data": {"task_id": "../x"}}',
      'data.task_id',
    ],
    [
      'a step without an id',
      '{"event": "flows.tasks.step_change", "data": {"task_id": "t", "previous_step": {}}}',
      'data.previous_step.step_id',
    ],
  ])('are answered with 400 that names the field: %s', async (_what, raw, path) => {
    const { post, sent, lines } = createWebhook();
    const { statusCode, body } = await post(raw);

    expect(statusCode).toBe(400);
    expect(body).toEqual({ detail: expect.any(String), issues: [{ path, message: expect.any(String) }] });
    expect(sent).toEqual([]);
    expect(lines).toEqual([
      expect.objectContaining({
        level: 'error',
        outcome: 'refused',
        stage: 'validate',
        code: 'invalid',
        issues: body.issues,
      }),
    ]);
  });
});

describe('a body over 1 MiB', () => {
  const exactly = (bytes: number) => withEvent({ padding: 'x'.repeat(bytes - withEvent({ padding: '' }).length) });

  it('is answered with 413 before the secret is read', async () => {
    const { post, calls, lines } = createWebhook();
    const { statusCode, body } = await post(exactly(1024 * 1024 + 1));

    expect([statusCode, body]).toEqual([413, { detail: expect.any(String) }]);
    expect(calls).toEqual([]);
    expect(lines).toEqual([expect.objectContaining({ code: 'body_too_large', status: 413 })]);
  });

  it('is measured decoded', async () => {
    const { post } = createWebhook();

    expect((await post(Buffer.from(exactly(1024 * 1024)))).statusCode).toBe(202);
    expect((await post(Buffer.from(exactly(1024 * 1024 + 1)))).statusCode).toBe(413);
  });
});

describe('an event that cannot be taken now', () => {
  it.each<[string, Options]>([
    ['the queue takes nothing', { send: fail }],
    ['the secret cannot be read', { secrets: { read: fail } }],
    ['the secret cannot be read again', { secrets: { read: async () => ['another-secret-of-tests'], reread: fail } }],
  ])('is answered with 503, so that the vendor sends it again, when %s', async (_what, options) => {
    const { post, lines } = createWebhook(options);
    const { statusCode, body } = await post(completed);

    expect([statusCode, body]).toEqual([503, { detail: expect.stringMatching(/\.$/) }]);
    expect(lines).toEqual([expect.objectContaining({ level: 'warn', code: 'queue_unavailable', status: 503 })]);
  });

  it('is answered with 503 after an error that nobody foresaw, which is not shown', async () => {
    const { post, lines } = createWebhook({
      send: async () => {
        throw new TypeError(`something about ${secret}`);
      },
    });
    const { statusCode, body } = await post(completed);

    expect([statusCode, JSON.stringify(body)]).toEqual([503, expect.not.stringContaining(secret)]);
    expect(lines).toEqual([expect.objectContaining({ level: 'warn', code: 'unexpected' })]);
    expect(JSON.stringify(lines)).not.toContain(secret);
  });
});

it.each<[string, string, Options]>([
  ['queued', completed, {}],
  ['refused', '{}', {}],
  ['put off', completed, { send: fail }],
])(
  'writes exactly one line, without secret, signature or body, for an event that is %s',
  async (_what, body, options) => {
    const { post, lines } = createWebhook(options);
    await post(body);

    expect(lines).toHaveLength(1);
    const line = JSON.stringify(lines);
    expect(line).not.toContain(secret);
    expect(line).not.toContain(signWebhook(body, secret).slice('sha256='.length));
    expect(line).not.toContain('Northwind Traders');
  },
);
