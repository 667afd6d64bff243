import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { type ArchiveHandlerDependencies, createArchiveHandler } from '../../handlers/archive.ts';
import { PermanentError, RefusedError, TransientError } from '../../lib/errors.ts';
import { createLambdaContext } from '../../local/lambda-context.ts';
import { bytesOf, createArchiveFakes, createStepRecord, openedOf } from '../support/archive-fakes.ts';

afterEach(() => {
  jest.useRealTimers();
});

const details = { stage: 'resolve', code: 'server_error', message: 'The vendor answered 500.' } as const;
const transient = new TransientError(details);
const failWith = (error: Error) => async () => {
  throw error;
};

type Body = { task_id: string; step_id?: string; event_id?: string };

function createArchive(fakes: Partial<ArchiveHandlerDependencies> = {}) {
  const { dependencies, ...seen } = createArchiveFakes(fakes);
  const handler = createArchiveHandler(dependencies);
  const invoke = (event: unknown) => handler(event, createLambdaContext('archive', 900_000));
  return {
    ...seen,
    dependencies,
    invoke,
    receive: (bodies: (Body | string)[], receiveCount = 1) =>
      invoke({
        Records: bodies.map((body, index) => ({
          eventSource: 'aws:sqs',
          messageId: `message_${index}`,
          receiptHandle: `receipt_${index}`,
          body: typeof body === 'string' ? body : JSON.stringify(body),
          attributes: { ApproximateReceiveCount: String(receiveCount) },
        })),
      }),
  };
}

/** A workflow API that fails for these steps only. */
const failingFor = (errors: Record<string, Error>): Pick<ArchiveHandlerDependencies, 'workflowApi'> => {
  const { workflowApi } = createArchiveFakes().dependencies;
  return {
    workflowApi: {
      ...workflowApi,
      requestDocument: async (step, signal) => {
        const error = errors[step.stepId];
        if (error) throw error;
        return workflowApi.requestDocument(step, signal);
      },
    },
  };
};

const step = (stepId: string): Body => ({ task_id: 'task_1', step_id: stepId });

describe('a batch', () => {
  it('is acknowledged when all went well', async () => {
    const { receive, visibility, sent } = createArchive();

    expect(await receive([step('a'), step('b')])).toEqual({ batchItemFailures: [] });
    expect([visibility, sent]).toEqual([[], []]);
  });

  it('gives back what failed for now or was malformed, and nothing else', async () => {
    const permanent = new PermanentError({ ...details, code: 'id_refused' });
    const { receive, visibility } = createArchive(failingFor({ later: transient, never: permanent }));

    expect(await receive([step('a'), step('later'), 'not JSON', step('never'), step('b')])).toEqual({
      batchItemFailures: [{ itemIdentifier: 'message_1' }, { itemIdentifier: 'message_2' }],
    });
    expect(visibility.toSorted()).toEqual([
      ['receipt_1', 30],
      ['receipt_2', 0],
    ]);
  });

  it('is answered in time whatever hangs, and leaves the message that did not end where it is', async () => {
    jest.useFakeTimers({ now: 0 });
    const { stepLedger } = createArchiveFakes().dependencies;
    const hanging = new Promise<never>(() => undefined);
    const { receive, visibility, lines } = createArchive({
      stepLedger: {
        ...stepLedger,
        finishStep: (claimed, lease, result) =>
          claimed.stepId === 'hangs' ? hanging : stepLedger.finishStep(claimed, lease, result),
      },
    });
    const receiving = receive([step('a'), step('hangs'), step('b')]);
    await jest.advanceTimersByTimeAsync(897_000);

    expect(await receiving).toEqual({ batchItemFailures: [{ itemIdentifier: 'message_1' }] });
    expect(visibility).toEqual([]);
    expect(lines).toContainEqual(
      expect.objectContaining({ level: 'error', message_id: 'message_1', outcome: 'left', code: 'deadline' }),
    );
  });

  it('brings back whole what has a message without an id', async () => {
    const { invoke } = createArchive();
    const good = { eventSource: 'aws:sqs', messageId: 'm', receiptHandle: 'r', body: '{"task_id":"1","step_id":"a"}' };

    expect(await invoke({ Records: [good, { eventSource: 'aws:sqs' }] })).toEqual({
      batchItemFailures: [{ itemIdentifier: '' }],
    });
  });

  it('is empty and answered so', async () => {
    expect(await createArchive().receive([])).toEqual({ batchItemFailures: [] });
  });

  it('copies its documents side by side', async () => {
    const { promise: bothBegun, resolve } = Promise.withResolvers<void>();
    let begun = 0;
    async function* waitForBoth() {
      begun += 1;
      if (begun === 2) resolve();
      await bothBegun;
      yield Buffer.from('%PDF-1.7');
    }
    const { workflowApi } = createArchiveFakes().dependencies;
    const requestDocument = async () => ({ kind: 'bytes' as const, opened: openedOf(waitForBoth()) });
    const { receive } = createArchive({ workflowApi: { ...workflowApi, requestDocument } });

    expect(await receive([step('a'), step('b')])).toEqual({ batchItemFailures: [] });
  });

  it('draws its jitter within 10 % of the back-off', async () => {
    const least = createArchive({ ...failingFor({ later: transient }), random: () => 0 });
    const most = createArchive({ ...failingFor({ later: transient }), random: () => 0.999_999 });
    await least.receive([step('later')], 2);
    await most.receive([step('later')], 2);

    expect([least.visibility, most.visibility]).toEqual([[['receipt_0', 54]], [['receipt_0', 66]]]);
  });

  it('answers a task with one message for each document, carrying what set it off', async () => {
    const { receive, sent } = createArchive();
    await receive([{ task_id: 'task_1', event_id: 'evt_1' }]);

    expect(sent.map(({ body }) => JSON.parse(body))).toEqual([
      { task_id: 'task_1', step_id: 'draft', event_id: 'evt_1' },
      { task_id: 'task_1', step_id: 'signed', event_id: 'evt_1' },
    ]);
  });

  it('begins nothing with less than a minute left', async () => {
    const { dependencies, ...seen } = createArchiveFakes();
    const handler = createArchiveHandler(dependencies);
    const event = JSON.stringify({ task_id: 'task_1' });
    const record = { eventSource: 'aws:sqs', messageId: 'm', receiptHandle: 'r', body: event };
    const Records = [{ ...record, attributes: { ApproximateReceiveCount: '1' } }];

    expect(await handler({ Records }, createLambdaContext('archive', 59_000))).toEqual({
      batchItemFailures: [{ itemIdentifier: 'm' }],
    });
    expect(seen.visibility).toEqual([['r', 0]]);
  });
});

describe('the line of a message', () => {
  it('says everything about a document that was archived', async () => {
    const { receive, lines } = createArchive();
    await receive([{ ...step('a'), event_id: 'evt_1' }]);

    expect(lines).toEqual([
      {
        level: 'info',
        message: 'message',
        task_id: 'task_1',
        step_id: 'a',
        event: undefined,
        event_id: 'evt_1',
        message_id: 'message_0',
        receive_count: 1,
        outcome: 'archived',
        bytes: 8,
        copy_ms: expect.any(Number),
        age_seconds: undefined,
        attempt: 1,
        ms: expect.any(Number),
        request_id: expect.any(String),
      },
    ]);
  });

  it('says that nothing was copied of what is unchanged', async () => {
    const stepLedger = {
      ...createArchiveFakes().dependencies.stepLedger,
      claimStep: async (id: { taskId: string; stepId: string }) => ({
        claimed: createStepRecord(id, { status: 'ARCHIVED', sizeBytes: 8 }),
      }),
    };
    const { workflowApi } = createArchiveFakes().dependencies;
    const requestDocument = async () => ({ kind: 'link' as const, url: 'https://x.amazonaws.com/', redirects: 0 });
    const { receive, lines } = createArchive({ stepLedger, workflowApi: { ...workflowApi, requestDocument } });
    await receive([step('a')]);

    expect(lines).toEqual([expect.objectContaining({ level: 'info', outcome: 'unchanged' })]);
    expect(lines[0]).not.toHaveProperty('bytes');
  });

  it.each<[string, Record<string, unknown>, Partial<ArchiveHandlerDependencies>, number]>([
    [
      'failed for now',
      { level: 'warn', outcome: 'returned', stage: 'resolve', code: 'server_error', delay_seconds: 30 },
      failingFor({ a: transient }),
      1,
    ],
    [
      'is sent again',
      { level: 'warn', outcome: 'resent', code: 'later', delay_seconds: 5 },
      failingFor({ a: new TransientError({ ...details, code: 'later', retry: { scheduled: true, delaySeconds: 5 } }) }),
      10,
    ],
    [
      'failed for good',
      {
        level: 'error',
        outcome: 'failed',
        stage: 'resolve',
        code: 'id_refused',
        attempt: 1,
        reason: 'The vendor answered 500.',
      },
      failingFor({ a: new PermanentError({ ...details, code: 'id_refused' }) }),
      1,
    ],
    [
      'failed in a way nobody foresaw',
      { level: 'warn', stage: 'download', code: 'unexpected' },
      failingFor({ a: new TypeError('https://signed') }),
      1,
    ],
  ])('says why a document %s', async (_what, expected, fakes, receiveCount) => {
    const { receive, lines } = createArchive(fakes);
    await receive([step('a')], receiveCount);

    expect(lines).toEqual([expect.objectContaining({ task_id: 'task_1', step_id: 'a', ...expected })]);
    expect(JSON.stringify(lines)).not.toContain('https://signed');
  });

  it('says what is wrong with a malformed message', async () => {
    const { receive, lines } = createArchive();
    await receive(['{"task_id":"../x"}']);

    expect(lines).toEqual([
      expect.objectContaining({
        level: 'error',
        outcome: 'returned',
        code: 'invalid',
        issues: [{ path: 'task_id', message: expect.any(String) }],
        message_id: 'message_0',
      }),
    ]);
  });

  it.each([
    ['a task', '{"task_id":"task_1"}', { task_id: 'task_1', outcome: 'discovered' }],
    [
      'an event without a use',
      '{"event":"core.document.uploaded"}',
      { event: 'core.document.uploaded', outcome: 'ignored' },
    ],
    [
      'a task that began',
      '{"event":"flows.tasks.created","data":{"task_id":"task_1"}}',
      { task_id: 'task_1', outcome: 'noted' },
    ],
  ])('says what became of %s', async (_what, body, expected) => {
    const { receive, lines } = createArchive();
    await receive([body]);

    expect(lines).toEqual([expect.objectContaining({ level: 'info', ...expected })]);
  });

  it('is one for each message', async () => {
    const { receive, lines } = createArchive(failingFor({ later: transient }));
    await receive([step('a'), step('later'), 'not JSON', { task_id: 'task_2' }]);

    expect(lines.map(({ message_id: id }) => id).toSorted()).toEqual([
      'message_0',
      'message_1',
      'message_2',
      'message_3',
    ]);
  });
});

const readEvent = (name: string) =>
  JSON.parse(readFileSync(new URL(`../../events/${name}.json`, import.meta.url), 'utf8'));
const discovered = { status: 'discovered', step_ids: ['draft', 'signed'] };
const stepRecord = expect.objectContaining({
  task_id: 'task_1',
  step_id: 'a',
  status: 'ARCHIVED',
  file_name: 'a.pdf',
  size_bytes: 8,
  version_id: 'v1',
  key: 'tasks/task_1/steps/a/a.pdf',
});

describe('a direct event', () => {
  it.each<[string, unknown, unknown]>([
    ['a task', { task_id: 'task_1' }, discovered],
    ['a task with a number for an id', { task_id: 1 }, discovered],
    ['a step', step('a'), stepRecord],
    ['a completion', readEvent('webhook.tasks-completed'), discovered],
    [
      'a step change',
      readEvent('webhook.step-change'),
      expect.objectContaining({ step_id: 'draft_step', status: 'ARCHIVED' }),
    ],
    [
      'a task that began',
      readEvent('webhook.tasks-created'),
      expect.objectContaining({ step_id: '#task', status: 'OPEN' }),
    ],
    ['the end of a task nobody knows', readEvent('webhook.tasks-canceled'), { status: 'ignored' }],
    [
      'an event without a use',
      readEvent('webhook.tasks-commented'),
      { status: 'ignored', event: 'flows.tasks.commented' },
    ],
    ['a task by EventBridge', { source: 'me', 'detail-type': 'x', detail: { task_id: 'task_1' } }, discovered],
    ['a step by EventBridge', { source: 'me', 'detail-type': 'x', detail: step('a') }, stepRecord],
    ['a webhook by EventBridge', readEvent('eventbridge.webhook'), discovered],
    [
      'an event of this system',
      { source: 'chamelio-archive', 'detail-type': 'Document Archived', detail: { task_id: 'task_1' } },
      { status: 'ignored', event: 'Document Archived' },
    ],
  ])('is answered: %s', async (_what, event, answer) => {
    const { invoke, lines } = createArchive();

    expect(await invoke(event)).toEqual(answer);
    expect(lines).toEqual([expect.objectContaining({ level: 'info', message: 'direct event' })]);
  });

  it('has the names of the contract and nothing else in its answer', async () => {
    const answer = (await createArchive().invoke(step('a'))) as object;

    expect(Object.keys(answer).filter((name) => !/^[a-z0-9_]+$/.test(name))).toEqual([]);
    expect(Object.values(answer)).not.toContain(undefined);
  });

  it('is answered with the record when it fails for good', async () => {
    const error = new PermanentError({ ...details, code: 'id_refused' });
    const { invoke, sent } = createArchive(failingFor({ a: error }));

    expect(await invoke(step('a'))).toMatchObject({
      task_id: 'task_1',
      status: 'FAILED',
      error: { code: 'id_refused' },
    });
    expect(sent).toEqual([]);
  });

  it('is answered with the record of the task when its discovery fails for good', async () => {
    const { workflowApi } = createArchiveFakes().dependencies;
    const listFiles = failWith(new PermanentError({ ...details, code: 'id_refused' }));
    const { invoke } = createArchive({ workflowApi: { ...workflowApi, listFiles } });

    expect(await invoke({ task_id: 'task_1' })).toMatchObject({ step_id: '#task', status: 'FAILED' });
  });

  it('goes on the queue, as it is, when it fails for now', async () => {
    const event = { ...step('a'), note: 'kept as it is' };
    const { invoke, sent, lines } = createArchive(failingFor({ a: transient }));

    expect(await invoke(event)).toEqual({ status: 'queued' });
    expect(sent).toEqual([{ body: JSON.stringify(event), delaySeconds: 30 }]);
    expect(lines).toEqual([
      expect.objectContaining({ level: 'warn', outcome: 'queued', code: 'server_error', step_id: 'a' }),
    ]);
  });

  it('goes on the queue with the longest delay that SQS knows at most', async () => {
    const error = new TransientError({ ...details, retry: { delaySeconds: 5000 } });
    const { invoke, sent } = createArchive(failingFor({ a: error }));
    await invoke(step('a'));

    expect(sent).toEqual([{ body: expect.any(String), delaySeconds: 900 }]);
  });

  it('is thrown only when the queue does not take it either', async () => {
    const { queue } = createArchiveFakes().dependencies;
    const down = failWith(new TransientError({ stage: 'queue', code: 'queue_unavailable', message: 'SQS failed.' }));
    const { invoke, lines } = createArchive({ ...failingFor({ a: transient }), queue: { ...queue, send: down } });

    await expect(invoke(step('a'))).rejects.toBe(transient);
    expect(lines).toEqual([expect.objectContaining({ level: 'warn', code: 'server_error' })]);
  });

  it('has no last receive: what fails for now is pending, however few receipts a message gets', async () => {
    const statuses: string[] = [];
    const { stepLedger } = createArchiveFakes().dependencies;
    const failStep: typeof stepLedger.failStep = async (claimed, lease, failure) => {
      statuses.push(failure.status);
      return stepLedger.failStep(claimed, lease, failure);
    };
    const { invoke } = createArchive({
      ...failingFor({ a: transient }),
      stepLedger: { ...stepLedger, failStep },
      maxReceiveCount: 1,
    });
    await invoke(step('a'));

    expect(statuses).toEqual(['PENDING']);
  });

  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['an id that is none', { task_id: '../x' }],
    ['an empty object', {}],
    ['the records of something else', { Records: [{ eventSource: 'aws:s3' }] }],
  ])('is refused, with an error, when it is malformed: %s', async (_what, event) => {
    const { invoke, sent, lines } = createArchive();

    await expect(invoke(event)).rejects.toBeInstanceOf(RefusedError);
    expect(sent).toEqual([]);
    expect(lines).toEqual([expect.objectContaining({ level: 'error', code: 'invalid' })]);
  });
});

describe('the end of an invocation', () => {
  it.each<[string, unknown, Partial<ArchiveHandlerDependencies>]>([
    ['of a batch', undefined, {}],
    ['of a batch in which something failed', undefined, failingFor({ a: transient })],
    ['of a direct event', step('a'), {}],
    ['of a direct event that is refused', {}, {}],
  ])('%s leaves no timer', async (_what, event, fakes) => {
    jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate', 'performance', 'Date'] });
    const { stepLedger } = createArchiveFakes().dependencies;
    const timers: number[] = [];
    const claimStep: typeof stepLedger.claimStep = async (...claim) => {
      timers.push(jest.getTimerCount());
      return stepLedger.claimStep(...claim);
    };
    const { invoke, receive } = createArchive({ ...fakes, stepLedger: { ...stepLedger, claimStep } });
    await (event ? invoke(event) : receive([step('a'), step('b')])).catch(() => undefined);

    expect(timers.filter((count) => count === 0)).toEqual([]);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('comes 15 seconds early for what is still being copied', async () => {
    jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate', 'performance', 'Date'] });
    const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
    const { workflowApi, store } = createArchiveFakes().dependencies;
    const requestDocument = async () => ({ kind: 'bytes' as const, opened: openedOf(bytesOf('%PDF-1.7')) });
    const putObject: typeof store.putObject = ({ signal }) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason));
        begin();
      });
    const fakes = { workflowApi: { ...workflowApi, requestDocument }, store: { ...store, putObject } };
    const { receive, visibility, lines } = createArchive(fakes);
    const receiving = receive([step('a')]);
    await begun;
    jest.advanceTimersByTime(884_900);
    expect(visibility).toEqual([]);
    jest.advanceTimersByTime(100);

    expect(await receiving).toEqual({ batchItemFailures: [{ itemIdentifier: 'message_0' }] });
    expect(visibility).toEqual([['receipt_0', 30]]);
    expect(lines).toEqual([expect.objectContaining({ code: 'deadline' })]);
  });
});
