import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { json, serve } from './support/scripted-server.ts';
import { apiPaths, askApi } from './support/secrets/api-paths.ts';
import { awsPaths, keylessPaths } from './support/secrets/aws-paths.ts';
import { findLeaks } from './support/secrets/find-leaks.ts';
import { ways, watchKey } from './support/secrets/key-recipients.ts';
import { apiKey, secretAccessKey, shortWebhookSecret, webhookSecret } from './support/secrets/known-secrets.ts';
import type { Observed } from './support/secrets/observed-functions.ts';
import { type SecretsWorld, startSecretsWorld } from './support/secrets/secrets-world.ts';
import { storagePaths } from './support/secrets/storage-paths.ts';
import { vendorPaths } from './support/secrets/vendor-paths.ts';
import { secretlessPaths, webhookPaths } from './support/secrets/webhook-paths.ts';

// What needs a Parameter Store without a secret comes before anybody has read one.
const paths = [
  ...keylessPaths,
  ...secretlessPaths,
  ...vendorPaths,
  ...storagePaths,
  ...awsPaths,
  ...webhookPaths,
  ...apiPaths,
];

let world: SecretsWorld;
let count = 0;

beforeAll(async () => {
  world = await startSecretsWorld();
  world.provideSecrets();
});
afterAll(() => world?.close());

const createTaskId = () => `task_secret_${++count}`;
const write = ({ output, answer, thrown = '' }: Observed) => [output, JSON.stringify(answer), thrown].join('\n');
const findAll = (text: string) => [...findLeaks(text), ...world.signatures.filter((known) => text.includes(known))];

describe('the search for secrets', () => {
  it.each([
    ['as it is', apiKey],
    ['in capitals', apiKey.toUpperCase()],
    ['by twelve of its characters', apiKey.slice(9, 21)],
    ['in base64', btoa(apiKey)],
    ['in base64 amid other bytes', btoa(`${'?'.repeat(7)}${secretAccessKey}??`)],
    ['in base64url', Buffer.from(`?>${webhookSecret}`).toString('base64url')],
    ['in hex', Buffer.from(apiKey).toString('hex')],
    ['as inspect shows a buffer', '<Buffer 63 61 5f 5a 6b 37 51 76 57 33 6e 58 72>'],
    ['as JSON shows a buffer', JSON.stringify(Buffer.from(apiKey))],
    ['in a URL', encodeURIComponent(secretAccessKey)],
    ['in JSON', JSON.stringify(webhookSecret)],
    ['in JSON in JSON', JSON.stringify({ body: JSON.stringify({ webhookSecret }) })],
  ])('finds one %s', (_, text) => {
    expect(findLeaks(text)).not.toEqual([]);
  });

  it('finds none where only eleven characters are', () => {
    expect(findLeaks(`${apiKey.slice(3, 14)} ${secretAccessKey.slice(0, 11)}`)).toEqual([]);
  });
});

describe('no log line, answer or error has a part of a secret', () => {
  it.each(paths)('when $it', async ({ walk, shows }) => {
    const written = write(await walk(world, createTaskId()));

    expect(written).toContain(shows);
    expect(findAll(written)).toEqual([]);
  });
});

describe('after all of that no part of a secret', () => {
  let all: Awaited<ReturnType<SecretsWorld['readAll']>>;
  beforeAll(async () => {
    all = await world.readAll();
  });

  it.each([
    ['record', 'records', 40],
    ['object or its metadata', 'objects', 2],
    ['message on the queue', 'queued', 1],
    ['dead letter', 'dead', 20],
    ['event on the bus', 'events', 30],
  ] as const)('is in any %s', (_, place, least) => {
    expect(all[place].length).toBeGreaterThanOrEqual(least);
    expect(all[place].flatMap(findAll)).toEqual([]);
  });

  it('was in the body of a request to S3, DynamoDB, SQS or EventBridge', () => {
    expect(world.sentToAws.flatMap(findAll)).toEqual([]);
  });
});

describe('the API key goes to nobody but the vendor, and there only to its API', () => {
  it.each(ways)('with $it', async (way) => {
    expect(await watchKey(world, createTaskId(), way)).toEqual(way.keySeen);
  });
});

describe('a message that holds a secret and cannot be read', () => {
  it.each([
    ['as its id', { task_id: ` ${apiKey}` }],
    ['as the name of a field', { [apiKey]: apiKey }],
    ['instead of JSON', shortWebhookSecret],
    ['as the detail of an event', { source: 'chamelio', detail: apiKey }],
  ])('%s is not echoed in the log', async (_, body) => {
    const written = write(await world.deliver(body));

    expect(written).toContain('"code":"invalid"');
    expect(findAll(written)).toEqual([]);
  });
});

/** What it is for: whoever is let in gets a link, which bears a signature and a session token. */
it('a link of api is in its answer, and in no line of the log', async () => {
  const taskId = createTaskId();
  world.vendor.script(taskId, [
    ({ storageUrl }) => json(200, { download_url: `${storageUrl}/${taskId}/a.pdf`, file_name: 'a.pdf' }),
  ]);
  world.storage.script(taskId, [serve(Buffer.from('%PDF-1.7\n'))]);
  await world.deliver({ task_id: taskId, step_id: 'step' });
  const { output, answer } = await askApi(world, 'GET /tasks/{task_id}/steps/{step_id}/document', { taskId });

  expect(JSON.stringify(answer)).toContain('X-Amz-Signature=');
  expect(output).toContain('"outcome":"answered"');
  expect(output).not.toMatch(/X-Amz|a\.pdf/i);
  expect(findAll(output)).toEqual([]);
});

/** The one exception: what the vendor itself writes into the data of a document is kept as it is. */
describe('a file name in which the vendor writes the key', () => {
  let written: string;
  let records: string[];
  beforeAll(async () => {
    const taskId = createTaskId();
    world.vendor.script(taskId, [
      ({ storageUrl }) => json(200, { download_url: `${storageUrl}/${taskId}/a.pdf`, file_name: `${apiKey}.pdf` }),
    ]);
    world.storage.script(taskId, [serve(Buffer.from('%PDF-1.7\n'))]);
    written = write(await world.deliver({ task_id: taskId, step_id: 'step' }));
    records = (await world.readAll()).records.filter((record) => record.includes(`"${taskId}"`));
  });

  it('gets into no log line', () => {
    expect(written).toContain('"outcome":"archived"');
    expect(findAll(written)).toEqual([]);
  });

  it('is kept in key and record: it is what the vendor calls the document', () => {
    expect(JSON.parse(records[0] as string)).toMatchObject({
      file_name: { S: `${apiKey}.pdf` },
      key: { S: expect.stringMatching(`/${apiKey}.pdf$`) },
    });
  });
});
