import { createHmac } from 'node:crypto';
import { expect } from '@jest/globals';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, SQSBatchResponse } from 'aws-lambda';
import fc from 'fast-check';
import { createArchiveHandler } from '../../handlers/archive.ts';
import { createWebhookHandler } from '../../handlers/webhook.ts';
import { createLambdaContext } from '../../local/lambda-context.ts';
import { createArchiveFakes } from './archive-fakes.ts';
import { anyText, goodBody, isHopeless, mutate, oddBody } from './odd-inputs.ts';

const SECRET = 'a-secret-of-the-tests';
const HEADER = 'X-Chamelio-Signature';

type Runs = { seed: number; numRuns: number };

/** Cases tried, and good messages that were not done. */
type Counts = { tried: number; lost: number };

const context = createLambdaContext('test', 900_000);
const sign = (bytes: Buffer) => `sha256=${createHmac('sha256', SECRET).update(bytes).digest('hex')}`;

const oddHeaders = fc.dictionary(
  fc.oneof(anyText, fc.constantFrom('__proto__', 'constructor', HEADER, HEADER.toLowerCase(), 'content-type')),
  fc.oneof(anyText, fc.constantFrom('', 'sha256=', `sha256=${'0'.repeat(64)}`, `sha256=${'é'.repeat(64)}`)),
  { maxKeys: 4 },
);

/** Any request gets an answer of the contract; what nobody signed is never taken. */
export async function checkWebhookInputs(runs: Runs): Promise<Counts> {
  const counts: Counts = { tried: 0, lost: 0 };
  const sent: string[] = [];
  const read = async () => [SECRET];
  const handler = createWebhookHandler({
    log: () => undefined,
    now: () => 0,
    secrets: { read, reread: read },
    send: async (body) => void sent.push(body),
    organizationId: '',
  });
  const request = fc.record({
    body: fc.option(oddBody, { nil: undefined, freq: 50 }),
    isBase64Encoded: fc.boolean(),
    isSigned: fc.boolean(),
    headers: fc.option(oddHeaders, { nil: undefined, freq: 20 }),
  });
  await fc.assert(
    fc.asyncProperty(request, async ({ body, isBase64Encoded, isSigned, headers }) => {
      counts.tried += 1;
      sent.length = 0;
      const bytes = Buffer.from(body ?? '');
      const signed = isSigned ? { ...headers, [HEADER]: sign(bytes) } : headers;
      // One signature only: of two, whichever comes first counts.
      if (isSigned) delete signed?.[HEADER.toLowerCase()];
      const event = { body: body === undefined ? undefined : bytes.toString(isBase64Encoded ? 'base64' : 'utf8') };
      const answer = (await handler(
        { ...event, isBase64Encoded, headers: signed } as APIGatewayProxyEventV2,
        context,
      )) as APIGatewayProxyStructuredResultV2;

      const said = JSON.parse(answer.body ?? '') as Record<string, unknown>;
      if (!isSigned) expect(answer.statusCode).toBe(401);
      else if (isHopeless(bytes.toString().replace(/^\uFEFF/, ''))) expect(answer.statusCode).toBe(400);
      else expect([202, 400]).toContain(answer.statusCode);
      expect(typeof (answer.statusCode === 202 ? said.status : said.detail)).toBe('string');
      expect(sent).toHaveLength(said.status === 'queued' ? 1 : 0);
      for (const message of sent) expect(isHopeless(message)).toBe(false);
    }),
    runs,
  );
  return counts;
}

type Batch = { records: unknown[]; goodIds: string[]; hopelessIds: string[]; counts: Counts };

const createRecord = (messageId: string, body: string) => ({
  eventSource: 'aws:sqs',
  messageId,
  receiptHandle: `receipt of ${messageId}`,
  body,
  attributes: { ApproximateReceiveCount: '1' },
});

/** Hands a batch to a function where everything outside works, so that only what is malformed can fail. */
async function checkBatch({ records, goodIds, hopelessIds, counts }: Batch): Promise<void> {
  const copied: string[] = [];
  const { dependencies, visibility } = createArchiveFakes();
  const { requestDocument } = dependencies.workflowApi;
  const handler = createArchiveHandler({
    ...dependencies,
    workflowApi: {
      ...dependencies.workflowApi,
      requestDocument: (step, signal) => {
        copied.push(step.taskId);
        return requestDocument(step, signal);
      },
    },
  });
  const { batchItemFailures } = (await handler({ Records: records }, context)) as SQSBatchResponse;

  const failed = batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);
  const undone = goodIds.filter((id) => failed.includes(id));
  counts.tried += 1;
  counts.lost += undone.length;
  expect(undone).toEqual([]);
  expect(hopelessIds.filter((id) => !failed.includes(id))).toEqual([]);
  expect(copied.length).toBeGreaterThanOrEqual(goodIds.length);
  expect(new Set(failed).size).toBe(failed.length);
  expect(failed.every((id) => typeof id === 'string')).toBe(true);
  for (const id of failed) {
    const seconds = visibility.filter(([handle]) => handle === `receipt of ${id}`).map(([, value]) => value);
    if (records.some((record) => isWhole(record, id))) expect(seconds).toEqual([0]);
  }
}

const isWhole = (record: unknown, id: string) => {
  const { messageId, receiptHandle } = (record ?? {}) as Record<string, unknown>;
  return messageId === id && receiptHandle === `receipt of ${id}`;
};

/** Of a batch of any bodies, the good ones are done and the malformed ones come back at once. */
export async function checkQueueBodies(runs: Runs): Promise<Counts> {
  const counts: Counts = { tried: 0, lost: 0 };
  const entry = fc.oneof(
    goodBody.map((body) => ({ body, isGood: true })),
    { weight: 3, arbitrary: oddBody.map((body) => ({ body, isGood: false })) },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(entry, { minLength: 1, maxLength: 4 }), async (entries) => {
      const named = entries.map((one, index) => ({ ...one, id: `message_${index}` }));
      await checkBatch({
        counts,
        records: named.map(({ id, body }) => createRecord(id, body)),
        goodIds: named.filter(({ isGood }) => isGood).map(({ id }) => id),
        hopelessIds: named.filter(({ body }) => isHopeless(body)).map(({ id }) => id),
      });
    }),
    runs,
  );
  return counts;
}

/** One odd record among good ones does them no harm. */
export async function checkOddRecords(runs: Runs): Promise<Counts> {
  const counts: Counts = { tried: 0, lost: 0 };
  const odd = fc.oneof(
    mutate([createRecord('odd', '{"task_id":"odd","step_id":"step"}')]).map((text) => JSON.parse(text) as unknown),
    fc.constantFrom(null, {}, [], 'odd', 7, { messageId: 'odd' }, { body: '{"task_id":"odd","step_id":"step"}' }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(goodBody, { minLength: 1, maxLength: 4 }), odd, fc.nat(4), async (bodies, record, at) => {
      const good = bodies.map((body, index) => createRecord(`good_${index}`, body));
      const named = (record ?? {}) as Record<string, unknown>;
      const isMalformed = named.messageId === 'odd' && (typeof named.body !== 'string' || isHopeless(named.body));
      await checkBatch({
        counts,
        records: [...good.slice(0, at), record, ...good.slice(at)],
        goodIds: good.map(({ messageId }) => messageId),
        hopelessIds: isMalformed ? ['odd'] : [],
      });
    }),
    runs,
  );
  return counts;
}

/** Any event that comes directly is answered, or refused in words. */
export async function checkDirectEvents(runs: Runs): Promise<Counts> {
  const counts: Counts = { tried: 0, lost: 0 };
  const { dependencies } = createArchiveFakes();
  const handler = createArchiveHandler(dependencies);
  const event = oddBody.filter((body) => !isBroken(body)).map((body) => JSON.parse(body) as unknown);
  await fc.assert(
    fc.asyncProperty(event, async (input) => {
      counts.tried += 1;
      const answer = await handler(input, context).catch((error: unknown) => error);
      if (answer instanceof Error) expect(answer).toMatchObject({ name: 'RefusedError', code: 'invalid' });
      else if (hasRecords(input)) expect(Object.keys(answer as object)).not.toEqual([]);
      else expect(answer).toEqual(expect.objectContaining({ status: expect.any(String) }));
    }),
    runs,
  );
  return counts;
}

/** Then it may count as a batch of nothing that is known. */
const hasRecords = (input: unknown) => Array.isArray((input as { Records?: unknown } | null)?.Records);

function isBroken(body: string): boolean {
  try {
    JSON.parse(body);
    return false;
  } catch {
    return true;
  }
}
