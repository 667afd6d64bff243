import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { parseMessage } from '../../lib/queue-message.ts';
import { isIdentifier } from '../../lib/identifier.ts';
import { archived, createApiWorld, link, unavailable } from '../support/api-world.ts';

const ARCHIVE_TASK = 'POST /tasks/{task_id}/archive';
const ARCHIVE_STEP = 'POST /tasks/{task_id}/steps/{step_id}/archive';
const DOCUMENTS = 'GET /tasks/{task_id}/documents';
const DOCUMENT = 'GET /tasks/{task_id}/steps/{step_id}/document';
const routes = [ARCHIVE_TASK, ARCHIVE_STEP, DOCUMENTS, DOCUMENT] as const;

const task = { task_id: '12345', step_id: '#task', status: 'DISCOVERED', step_ids: ['review_step'] };
const idRule = 'expected 1 to 128 letters, digits or . _ : - that begin with a letter or digit';
const documentIdRule = `${idRule}, after #file: or #signed: where no step generated the document`;

describe('asking for an archive run', () => {
  it.each([
    [ARCHIVE_TASK, { task_id: '12345' }, { kind: 'task', taskId: '12345', force: false, trigger: {} }],
    [
      ARCHIVE_STEP,
      { task_id: '12345', step_id: 'review_step' },
      { kind: 'step', taskId: '12345', stepId: 'review_step', opensTask: false, force: false, trigger: {} },
    ],
  ] as const)('%s puts it on the queue and says so', async (route, ids, message) => {
    const { ask, sent } = createApiWorld();

    expect(await ask(route, ids)).toMatchObject({ statusCode: 202, body: { status: 'queued', ...ids } });
    expect(sent.map((body) => parseMessage(JSON.parse(body)))).toEqual([message]);
  });

  it('names no step in the answer for a whole task', async () => {
    const { ask } = createApiWorld();

    expect((await ask(ARCHIVE_TASK, { task_id: '1' })).body).toEqual({ status: 'queued', task_id: '1' });
  });

  it.each([
    ['{"force": true}', true],
    ['{"force": false}', false],
    ['{}', false],
    [' \n', false],
    ['', false],
    [undefined, false],
  ])('takes the body %j', async (body, force) => {
    const { ask, sent } = createApiWorld();

    expect((await ask(ARCHIVE_STEP, undefined, body === undefined ? {} : { body })).statusCode).toBe(202);
    expect(parseMessage(JSON.parse(sent[0] as string))).toMatchObject({ force });
  });

  it('takes a body that API Gateway has encoded', async () => {
    const { ask, sent } = createApiWorld();
    await ask(ARCHIVE_TASK, undefined, { body: btoa('{"force":true}'), isBase64Encoded: true });

    expect(JSON.parse(sent[0] as string)).toMatchObject({ force: true });
  });

  it.each([
    ['{"force": "true"}', 'force', 'expected true or false'],
    ['{"force": 1}', 'force', 'expected true or false'],
    ['{"force": null}', 'force', 'expected true or false'],
    ['{"farce": true}', '', 'expected no field but force'],
    ['[]', '', 'expected a JSON object'],
    ['null', '', 'expected a JSON object'],
    ['{"force":', '', 'expected JSON'],
  ])('refuses the body %s, naming the field, and queues nothing', async (body, path, message) => {
    const { ask, sent } = createApiWorld();

    expect(await ask(ARCHIVE_TASK, undefined, { body })).toMatchObject({
      statusCode: 400,
      body: { detail: path === '' ? message : `${path}: ${message}`, issues: [{ path, message }] },
    });
    expect(sent).toEqual([]);
  });

  it('takes a body of 1 MiB, and answers a larger one with 413', async () => {
    const { ask, sent } = createApiWorld();
    const ofBytes = (bytes: number) => ({ body: '{"force": true}'.padEnd(bytes) });

    expect((await ask(ARCHIVE_TASK, undefined, ofBytes(1024 * 1024))).statusCode).toBe(202);
    expect(await ask(ARCHIVE_TASK, undefined, ofBytes(1024 * 1024 + 1))).toMatchObject({
      statusCode: 413,
      body: { detail: 'The body is larger than 1 MiB.' },
    });
    expect(sent).toHaveLength(1);
  });
});

describe('the documents of a task', () => {
  const pending = { ...archived, step_id: 'draft_step', status: 'PENDING' };

  it('are its records as they are, with what is known of the task', async () => {
    const { ask } = createApiWorld({ records: [task, pending, archived, { ...archived, task_id: 'another' }] });

    expect(await ask(DOCUMENTS)).toMatchObject({
      statusCode: 200,
      body: { task_id: '12345', status: 'DISCOVERED', documents: [pending, archived], total: 2 },
    });
  });

  it('leave out events on their way to the bus', async () => {
    const { ask } = createApiWorld({ records: [{ ...archived, event_pending: '[]' }] });

    expect((await ask(DOCUMENTS)).body).toMatchObject({ documents: [archived] });
    expect(JSON.stringify((await ask(DOCUMENTS)).body)).not.toContain('event_pending');
  });

  it('are shown even where somebody has changed a record by hand', async () => {
    const { ask } = createApiWorld({ records: [{ task_id: '12345', step_id: 'odd', status: 17 }, archived] });

    expect((await ask(DOCUMENTS)).body).toMatchObject({ total: 2 });
  });

  it('have no status of the task where it has no record', async () => {
    const { ask } = createApiWorld({ records: [archived] });

    expect((await ask(DOCUMENTS)).body).toMatchObject({ status: null, total: 1 });
  });

  it('are none where only the task is known', async () => {
    const { ask } = createApiWorld({ records: [{ ...task, status: 'OPEN' }] });

    expect((await ask(DOCUMENTS)).body).toEqual({ task_id: '12345', status: 'OPEN', documents: [], total: 0 });
  });

  /** So many documents, each as large as the contract lets a record of plain letters be, or as large as they mostly are. */
  const createMany = (length: number, isLargest: boolean) =>
    Array.from({ length }, (_, index) => ({
      ...archived,
      step_id: `step_${index}`,
      ...(isLargest && {
        file_name: 'x'.repeat(4096),
        error: { stage: 'store', code: 'store_refused', message: 'x'.repeat(1024) },
        ...Object.fromEntries(
          ['event', 'event_id', 'organization_id', 'workflow_id', 'workflow_name', 'occurred_at'].map((name) => [
            name,
            'x'.repeat(1024),
          ]),
        ),
      }),
    }));

  it('are all there, as many as a task can name', async () => {
    const { ask } = createApiWorld({ records: createMany(1000, false) });

    expect(await ask(DOCUMENTS)).toMatchObject({ statusCode: 200, body: { total: 1000 } });
  });

  it('are a 500 that says why where Lambda would not hand the answer on', async () => {
    const { ask } = createApiWorld({ records: createMany(1000, true) });

    expect(await ask(DOCUMENTS)).toMatchObject({
      statusCode: 500,
      body: {
        detail:
          'The 1000 documents of this task make more than the 6 MB that an answer can have: ask for them one by one.',
      },
    });
  });

  it('are a 404 where nothing is known', async () => {
    const { ask } = createApiWorld();

    expect(await ask(DOCUMENTS)).toMatchObject({ statusCode: 404, body: { detail: 'Task not found' } });
  });
});

describe('the document of a step', () => {
  it("is the vendor's answer, with a link to the recorded version, its hash and its size", async () => {
    const { ask, signed } = createApiWorld({ records: [task, archived] });
    const { bucket, key, version_id: versionId, file_name: fileName, sha256, size_bytes } = archived;

    expect(await ask(DOCUMENT)).toMatchObject({
      statusCode: 200,
      body: { download_url: link, file_name: fileName, expires_at: '2026-11-24T11:23:00.000Z', sha256, size_bytes },
    });
    expect(signed).toEqual([{ bucket, key, versionId, fileName }]);
  });

  it.each([
    [undefined, 404, 'Document not found for step'],
    ['NOT_FOUND', 404, 'Document not found for step'],
    ['PENDING', 501, 'Document not available for this step'],
    ['COPYING', 501, 'Document not available for this step'],
    ['NOT_AVAILABLE', 501, 'Document not available for this step'],
    ['FAILED', 500, 'Failed to download step document'],
    ['PURGED', 404, 'Document not found for step'],
  ])("is, where the record says %s, the vendor's %d", async (status, statusCode, detail) => {
    const records = status ? [{ ...archived, status }] : [];
    const { ask, signed } = createApiWorld({ records });
    const answer = await ask(DOCUMENT);

    expect([answer.statusCode, answer.body]).toEqual([statusCode, { detail }]);
    expect(signed).toEqual([]);
  });

  it('stays the archived copy while a newer one is made, and when that fails', async () => {
    const busy = { ...archived, lease_id: 'lease', lease_expires_at: '2027-01-01T00:00:00.000Z' };
    const failed = { ...archived, error: { stage: 'download', code: 'too_large', message: 'It is.' } };

    expect((await createApiWorld({ records: [busy] }).ask(DOCUMENT)).statusCode).toBe(200);
    expect((await createApiWorld({ records: [failed] }).ask(DOCUMENT)).statusCode).toBe(200);
  });
});

describe('ids', () => {
  it.each(routes)('outside the pattern are refused, naming each field: %s', async (route) => {
    const { ask, sent } = createApiWorld();
    const { statusCode, body } = await ask(route, { task_id: '../x', step_id: '#task' });
    const issues = [
      { path: 'task_id', message: idRule },
      ...(route.includes('{step_id}') ? [{ path: 'step_id', message: documentIdRule }] : []),
    ];

    expect([statusCode, body]).toEqual([400, { detail: `task_id: ${idRule}`, issues }]);
    expect(sent).toEqual([]);
  });

  it('are refused where the path names none', async () => {
    const { ask } = createApiWorld();

    expect(await ask(DOCUMENT, {})).toMatchObject({ statusCode: 400, body: { issues: [{ path: 'task_id' }, {}] } });
  });

  it('are taken or refused by the pattern of the contract, whatever they are', async () => {
    const { ask, sent } = createApiWorld();
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.string(), fc.stringMatching(/^[\w.:-]{1,130}$/)), async (id) => {
        sent.length = 0;
        const { statusCode } = await ask(ARCHIVE_STEP, { task_id: id, step_id: id });
        expect(statusCode).toBe(isIdentifier(id) ? 202 : 400);
        expect(sent).toHaveLength(isIdentifier(id) ? 1 : 0);
      }),
    );
  });
});

it('answers a route that it does not know with 404', async () => {
  const { ask } = createApiWorld();

  expect(await ask('DELETE /tasks/{task_id}')).toMatchObject({ statusCode: 404, body: { detail: 'Not Found' } });
});

describe('what cannot be done now', () => {
  const signLink = async () => {
    throw new TypeError(`something about ${link}`);
  };

  it.each([
    ['the queue takes nothing', ARCHIVE_TASK, { send: unavailable }],
    ['the table gives no list', DOCUMENTS, { table: { listRecords: unavailable } }],
    ['the table gives no record', DOCUMENT, { table: { read: unavailable } }],
    ['no link can be signed', DOCUMENT, { records: [archived], signLink }],
    ['a record is not readable', DOCUMENT, { records: [{ ...archived, status: 17 }] }],
  ] as const)('is answered with 503, without a word of why, when %s', async (_, route, options) => {
    const { ask, lines } = createApiWorld(options);
    const { statusCode, body } = await ask(route);

    expect([statusCode, body]).toEqual([503, { detail: 'The archive could not be reached, please ask again.' }]);
    expect(lines).toMatchObject([{ level: 'warn', outcome: 'refused', status: 503 }]);
  });
});

it('answers in JSON that says so', async () => {
  const { ask } = createApiWorld();

  expect((await ask(ARCHIVE_TASK)).headers).toEqual({ 'content-type': 'application/json' });
});

describe('the log', () => {
  const iam = { iam: { userArn: 'arn:aws:sts::111122223333:assumed-role/reader/dana' } };
  const asking = (authorizer: object) => ({ requestContext: { authorizer } as never });

  it.each([
    [ARCHIVE_STEP, 'POST', '/tasks/{task_id}/steps/{step_id}/archive', 202, 'queued'],
    [DOCUMENTS, 'GET', '/tasks/{task_id}/documents', 200, 'answered'],
    [DOCUMENT, 'GET', '/tasks/{task_id}/steps/{step_id}/document', 200, 'answered'],
  ] as const)('has one line for %s, that says who asked for what', async (key, method, route, status, outcome) => {
    const { ask, lines } = createApiWorld({ records: [archived] });
    await ask(key, undefined, asking(iam));
    const step = key === DOCUMENTS ? {} : { step_id: 'review_step' };

    expect(lines).toEqual([
      {
        level: 'info',
        message: 'api',
        method,
        route,
        task_id: '12345',
        ...step,
        outcome,
        status,
        caller: iam.iam.userArn,
        ms: 7,
        request_id: expect.any(String),
      },
    ]);
  });

  it.each([
    ['the subject of a token', { jwt: { claims: { sub: 'client-7' } } }, 'client-7'],
    ['no more than 256 characters', { jwt: { claims: { sub: 'x'.repeat(1000) } } }, 'x'.repeat(256)],
    ['nobody, where a token names none', { jwt: { claims: {} } }, undefined],
    ['nobody, where the authorizer says something else', { jwt: {}, iam: { userArn: 17 } }, undefined],
  ])('names %s', async (_, authorizer, caller) => {
    const { ask, lines } = createApiWorld();
    await ask(ARCHIVE_TASK, undefined, asking(authorizer));

    expect(lines[0]?.caller).toBe(caller);
  });

  it('names nobody where there was no API Gateway', async () => {
    const { ask, lines } = createApiWorld();
    expect((await ask(ARCHIVE_TASK)).statusCode).toBe(202);

    expect(lines[0]).toMatchObject({ outcome: 'queued', caller: undefined });
  });

  it('names who sent what was refused, and what was wrong with it', async () => {
    const { ask, lines } = createApiWorld();
    await ask(DOCUMENT, { task_id: '../x', step_id: 'a' }, asking(iam));

    expect(lines).toMatchObject([
      {
        level: 'error',
        outcome: 'refused',
        status: 400,
        code: 'invalid',
        issues: [{ path: 'task_id', message: idRule }],
        caller: iam.iam.userArn,
      },
    ]);
    expect(lines[0]).not.toHaveProperty('task_id');
  });

  it('names no route that there is not', async () => {
    const { ask, lines } = createApiWorld();
    await ask('DELETE /tasks/{task_id}');

    expect(lines).toMatchObject([{ code: 'no_such_route', method: undefined, route: undefined, status: 404 }]);
  });

  it('holds no link, no name of a file, and nothing of a body that was refused', async () => {
    const { ask, lines } = createApiWorld({ records: [archived] });
    await ask(DOCUMENT);
    await ask(DOCUMENTS);
    await ask(ARCHIVE_TASK, undefined, { body: '{"ca_secret": "ca_secret"}' });

    expect(lines).toHaveLength(3);
    expect(JSON.stringify(lines)).not.toMatch(/X-Amz-Signature|Vertrag|ca_secret/);
  });
});
