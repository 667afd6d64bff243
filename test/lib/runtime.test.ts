import { createServer } from 'node:http';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { connectApi, connectArchive, connectSweep, connectWebhook } from '../../lib/runtime.ts';
import { startEventBus } from '../../local/event-bus.ts';
import { type Listening, listenOnLoopback } from '../../local/listen-on-loopback.ts';

let before: NodeJS.ProcessEnv;
let silent: Listening;
let stalling: Listening;

beforeEach(async () => {
  // oxlint-disable-next-line node/no-process-env
  before = { ...process.env };
  silent = await listenOnLoopback(createServer(() => undefined));
  stalling = await listenOnLoopback(createServer((_, response) => response.writeHead(200).flushHeaders()));
});

afterEach(async () => {
  // oxlint-disable-next-line node/no-process-env
  process.env = before;
  await silent.close();
  await stalling.close();
});

/** Changes the environment for one test; undefined takes a variable away. */
function setEnvironment(values: Record<string, string | undefined>) {
  for (const [name, value] of Object.entries(values)) {
    // oxlint-disable-next-line node/no-process-env
    if (value === undefined) delete process.env[name];
    // oxlint-disable-next-line node/no-process-env
    else process.env[name] = value;
  }
}

describe('connectWebhook', () => {
  it('names everything that is wrong at once', () => {
    setEnvironment({ ARCHIVE_QUEUE_URL: 'no URL', CHAMELIO_WEBHOOK_SECRET: 'short' });

    expect(connectWebhook).toThrow(/ARCHIVE_QUEUE_URL.*CHAMELIO_WEBHOOK_SECRET/);
  });

  it('takes a secret from the environment as it is', async () => {
    setEnvironment({ CHAMELIO_WEBHOOK_SECRET: ' a-secret-of-this-test \n\nanother-long-secret' });

    expect(await connectWebhook().secrets.read()).toEqual(['a-secret-of-this-test', 'another-long-secret']);
  });

  it('waits for neither the parameter nor the queue longer than 1.5 s', async () => {
    setEnvironment({
      CHAMELIO_WEBHOOK_SECRET: undefined,
      CHAMELIO_WEBHOOK_SECRET_PARAMETER: '/archive/secret',
      AWS_ENDPOINT_URL: silent.url,
      ARCHIVE_QUEUE_URL: `${silent.url}/000000000000/archive`,
    });
    const { secrets, send } = connectWebhook();
    const calls = await Promise.allSettled([secrets.read(), secrets.reread(), send('{}')]);

    expect(calls.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    for (const call of calls) {
      expect(call).toMatchObject({
        reason: { name: 'TransientError', code: expect.stringMatching(/aws_timeout|unavailable/) },
      });
    }
  });
});

describe('connectApi', () => {
  it('names everything that is wrong at once', () => {
    setEnvironment({ ARCHIVE_TABLE: '', ARCHIVE_QUEUE_URL: 'no URL' });

    expect(connectApi).toThrow(/ARCHIVE_TABLE.*ARCHIVE_QUEUE_URL/);
  });

  it.each([
    ['says nothing', () => silent.url],
    ['begins an answer and never ends it', () => stalling.url],
  ])('waits no longer than 5 s for a service that %s', async (_, readUrl) => {
    const url = readUrl();
    setEnvironment({ AWS_ENDPOINT_URL: url, ARCHIVE_QUEUE_URL: `${url}/000000000000/archive` });
    const { table, send } = connectApi();
    const step = { taskId: '1', stepId: 'a' };
    const calls = await Promise.allSettled([table.read(step), table.listRecords('1'), send('{}')]);

    expect(calls).toMatchObject(
      calls.map(() => ({
        status: 'rejected',
        reason: { name: 'TransientError', code: expect.stringMatching(/aws_timeout|unavailable/) },
      })),
    );
  });

  it('signs links for the endpoint of its settings, and asks nobody for it', async () => {
    setEnvironment({ AWS_ENDPOINT_URL_S3: 'https://s3.example', AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b' });
    const { url } = await connectApi().signLink({ bucket: 'archive', key: 'a.pdf', fileName: 'a.pdf' });

    expect(url).toMatch(/^https:\/\/s3\.example\/archive\/a\.pdf\?.*X-Amz-Signature=/);
    expect(url).not.toMatch(/checksum/i);
  });
});

describe('connectArchive', () => {
  it('names everything that is wrong at once', () => {
    setEnvironment({ ARCHIVE_BUCKET: '', ARCHIVE_KEY_PREFIX: '/a', CHAMELIO_API_KEY: undefined });

    expect(connectArchive).toThrow(/ARCHIVE_BUCKET.*ARCHIVE_KEY_PREFIX.*CHAMELIO_API_KEY/);
  });

  it('connects every neighbour that the function works with', () => {
    setEnvironment({ ARCHIVE_KEY_PREFIX: 'legal/', MAX_DOCUMENT_BYTES: '1000', MAX_RECEIVE_COUNT: '3' });
    const connected = connectArchive();

    expect(connected).toMatchObject({ keyPrefix: 'legal/', maxDocumentBytes: 1000, maxReceiveCount: 3 });
    expect(Object.values(connected)).not.toContain(undefined);
  });
});

it('waits no longer than until the signal is aborted, and fails with its reason', async () => {
  const { wait } = connectSweep();
  await wait(1, new AbortController().signal);
  const reason = new Error('time is up');

  await expect(wait(60_000, AbortSignal.abort(reason))).rejects.toBe(reason);
});

describe('connectSweep', () => {
  it('names everything that is wrong at once', () => {
    setEnvironment({ ARCHIVE_TABLE: '', ARCHIVE_QUEUE_URL: 'no URL' });

    expect(connectSweep).toThrow(/ARCHIVE_TABLE.*ARCHIVE_QUEUE_URL/);
  });

  it('connects every neighbour that the function works with', () => {
    const connected = connectSweep();

    expect(Object.values(connected)).not.toContain(undefined);
  });
});

describe('the log', () => {
  /** What is written to stdout meanwhile, a JSON object a line. */
  function captureLines(work: () => void): Record<string, unknown>[] {
    const written: string[] = [];
    const write = jest.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
      written.push(String(chunk));
      return true;
    });
    try {
      work();
    } finally {
      write.mockRestore();
    }
    return written
      .join('')
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line));
  }

  const failed = { task_id: '1', step_id: 'a', outcome: 'failed', code: 'too_large' };

  it.each([
    ['connectWebhook', connectWebhook],
    ['connectArchive', connectArchive],
    ['connectSweep', connectSweep],
    ['connectApi', connectApi],
  ])('of %s is measured, and the figures of a line follow it at once', (_, connect) => {
    setEnvironment({ POWERTOOLS_SERVICE_NAME: 'chamelio-archive-prod', POWERTOOLS_METRICS_DISABLED: undefined });
    const { log } = connect();
    const lines = captureLines(() => log('info', 'message', failed));

    expect(lines).toMatchObject([
      { level: 'INFO', message: 'message', service: 'chamelio-archive-prod', ...failed },
      {
        _aws: { CloudWatchMetrics: [{ Namespace: 'ChamelioArchive', Dimensions: [['service', 'code']] }] },
        service: 'chamelio-archive-prod',
        code: 'too_large',
        DocumentsFailed: 1,
      },
      {
        _aws: {
          CloudWatchMetrics: [
            {
              Namespace: 'ChamelioArchive',
              Dimensions: [['service']],
              Metrics: [{ Name: 'DocumentsFailed', Unit: 'Count' }],
            },
          ],
        },
        DocumentsFailed: 1,
      },
    ]);
  });

  it('has no figures after a line in which nothing is measured', () => {
    setEnvironment({ POWERTOOLS_METRICS_DISABLED: undefined });
    const { log } = connectArchive();

    expect(captureLines(() => log('info', 'message', { outcome: 'ignored' }))).toHaveLength(1);
  });
});

describe.each([
  ['connectArchive', connectArchive],
  ['connectSweep', connectSweep],
])('the bus of %s', (_, connect) => {
  const event = { detail_type: 'Document Archived' as const, detail: { id: '1' } };

  it('is the one that the settings name', async () => {
    const bus = await startEventBus();
    setEnvironment({ EVENT_BUS_NAME: bus.busName, AWS_ENDPOINT_URL_EVENTBRIDGE: bus.url });
    await connect().publishEvents([event]);
    await bus.close();

    expect(bus.events).toMatchObject([{ 'detail-type': 'Document Archived', detail: { id: '1' } }]);
  });

  it('is nowhere when they name none', async () => {
    setEnvironment({ EVENT_BUS_NAME: '', AWS_ENDPOINT_URL_EVENTBRIDGE: silent.url });

    await expect(connect().publishEvents([event])).resolves.toBeUndefined();
  });
});
