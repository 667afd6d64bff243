import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  type Environment,
  readApiConfig,
  readArchiveConfig,
  readSweepConfig,
  readWebhookConfig,
} from '../lib/config.ts';
import { findLeaks } from './support/secrets/find-leaks.ts';
import {
  apiKey,
  secretAccessKey,
  sessionToken,
  shortWebhookSecret,
  signedQuery,
  urlPassword,
  webhookSecret,
} from './support/secrets/known-secrets.ts';
import { type FunctionName, startObservedFunctions } from './support/secrets/observed-functions.ts';

const valid = {
  ARCHIVE_BUCKET: 'archive',
  ARCHIVE_TABLE: 'archive',
  ARCHIVE_QUEUE_URL: 'http://127.0.0.1:1/000000000000/archive',
  CHAMELIO_API_KEY: apiKey,
  CHAMELIO_WEBHOOK_SECRET: webhookSecret,
};

const wrong: [name: string, value: string][] = [
  ['CHAMELIO_BASE_URL', apiKey],
  ['CHAMELIO_BASE_URL', `http://${apiKey}`],
  ['CHAMELIO_BASE_URL', `https://user:${urlPassword}@chamelio.example`],
  ['CHAMELIO_BASE_URL', `https://chamelio.example/?${signedQuery}`],
  ['CHAMELIO_API_KEY', `${apiKey} ${apiKey}`],
  ['CHAMELIO_API_KEY', `${apiKey}é`],
  ['CHAMELIO_WEBHOOK_SECRET', shortWebhookSecret],
  ['CHAMELIO_WEBHOOK_SECRET', `${webhookSecret}\n${shortWebhookSecret}`],
  ['ARCHIVE_BUCKET', ''],
  ['ARCHIVE_TABLE', ''],
  ['ARCHIVE_QUEUE_URL', webhookSecret],
  ['ARCHIVE_KEY_PREFIX', secretAccessKey],
  ['ARCHIVE_KEY_PREFIX', `/${secretAccessKey}/`],
  ['DOWNLOAD_ALLOWED_HOSTS', `https://user:${urlPassword},1@a.example`],
  ['DOWNLOAD_ALLOWED_HOSTS', `user:${urlPassword}@a.example`],
  ['DOWNLOAD_ALLOWED_HOSTS', `https://a.example/?${signedQuery}`],
  ['DOWNLOAD_ALLOWED_HOSTS', sessionToken],
  ['MAX_DOCUMENT_BYTES', apiKey],
  ['MAX_RECEIVE_COUNT', sessionToken],
];

const readers = { api: readApiConfig, archive: readArchiveConfig, sweep: readSweepConfig, webhook: readWebhookConfig };

/** What every function that has this setting says of it. */
function complain(environment: Environment): string[] {
  return Object.values(readers).flatMap((read) => {
    try {
      read(environment);
      return [];
    } catch (error) {
      return [inspect(error, { depth: 10 })];
    }
  });
}

it.each(wrong)('a wrong %s is named and not shown (%#)', (name, value) => {
  const complaints = complain({ ...valid, [name]: value });

  expect(complaints).not.toEqual([]);
  for (const complaint of complaints) expect(complaint).toContain(name);
  expect(complaints.flatMap(findLeaks)).toEqual([]);
});

it('shows no secret beside what is missing', () => {
  const { CHAMELIO_API_KEY, CHAMELIO_WEBHOOK_SECRET } = valid;
  const complaints = complain({ CHAMELIO_API_KEY, CHAMELIO_WEBHOOK_SECRET });

  expect(complaints).toHaveLength(Object.keys(readers).length);
  expect(complaints.flatMap(findLeaks)).toEqual([]);
});

describe('a function that starts with', () => {
  let directory: string;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'settings-'));
  });
  afterAll(() => rm(directory, { recursive: true }));

  /** All that one invocation of each function gives away, in a process of its own. */
  async function start(environment: Record<string, string>): Promise<string[]> {
    const functions = await startObservedFunctions({ AWS_REGION: 'eu-central-1', ...environment }, directory);
    const invoke = async (name: FunctionName) =>
      JSON.stringify(await functions.invoke(name, { task_id: 'task', step_id: 'step', headers: {}, body: '' }));
    try {
      return [await invoke('archive'), await invoke('sweep'), await invoke('webhook'), await invoke('api')];
    } finally {
      await functions.close();
    }
  }

  it('every setting wrong says so without any of them', async () => {
    const seen = await start(Object.fromEntries(wrong.filter(([, value]) => value !== '')));

    for (const written of seen) expect(written).toContain('Wrong configuration');
    expect(seen.flatMap(findLeaks)).toEqual([]);
  });

  it('the secret where the name of its parameter belongs does not show it', async () => {
    const { CHAMELIO_API_KEY: _, CHAMELIO_WEBHOOK_SECRET: __, ...settings } = valid;
    const [, , webhook = ''] = await start({
      ...settings,
      CHAMELIO_API_KEY_PARAMETER: apiKey,
      CHAMELIO_WEBHOOK_SECRET_PARAMETER: webhookSecret,
      AWS_ENDPOINT_URL: 'http://127.0.0.1:1',
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
    });

    expect(webhook).toContain('secret_unavailable');
    expect(findLeaks(webhook)).toEqual([]);
  });
});

// What comes of it as a template is held in serverless.test.ts, function by function.
it('serverless.yml names no variable that holds a secret itself, and reads none when it is packaged', () => {
  const source = readFileSync(join(import.meta.dirname, '../serverless.yml'), 'utf8');

  expect(source).toContain('CHAMELIO_API_KEY_PARAMETER:');
  expect(source).not.toMatch(/CHAMELIO_(API_KEY|WEBHOOK_SECRET):|\$\{(ssm|env)[:(]|\{\{resolve:/);
});
