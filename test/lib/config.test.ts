import { createHmac } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import {
  createApiKeySchema,
  type Environment,
  PART_BYTES,
  readApiConfig,
  readArchiveConfig,
  readOperatorConfig,
  readSweepConfig,
  readVendorConfig,
  readWebhookConfig,
  readWebhookSecrets,
} from '../../lib/config.ts';
import { isSignedBy } from '../../lib/webhook-signature.ts';

const SECRET = 'whsec_0123456789';
const OLD_SECRET = 'whsec_old_0123456789';
const QUEUE = 'https://sqs.eu-central-1.amazonaws.com/111122223333/archive';
const webhookEnv = { ARCHIVE_QUEUE_URL: QUEUE, CHAMELIO_WEBHOOK_SECRET: SECRET };
const archiveEnv = {
  ARCHIVE_QUEUE_URL: QUEUE,
  ARCHIVE_BUCKET: 'bucket',
  ARCHIVE_TABLE: 'table',
  CHAMELIO_API_KEY: 'ca_abc-_1',
};
const withArchive = (env: Environment) => readArchiveConfig({ ...archiveEnv, ...env });
const readSecrets = (secret: string) =>
  readWebhookConfig({ ...webhookEnv, CHAMELIO_WEBHOOK_SECRET: secret }).webhookSecrets;

describe('readWebhookConfig', () => {
  it('reads what is set', () => {
    expect(readWebhookConfig({ ...webhookEnv, ARCHIVE_ORGANIZATION_ID: 'org_1' })).toEqual({
      queueUrl: QUEUE,
      organizationId: 'org_1',
      webhookSecrets: { value: [SECRET] },
    });
  });

  it('takes any organisation, and the secret from a parameter', () => {
    expect(readWebhookConfig({ ARCHIVE_QUEUE_URL: QUEUE, CHAMELIO_WEBHOOK_SECRET_PARAMETER: '/a/b' })).toEqual({
      queueUrl: QUEUE,
      organizationId: '',
      webhookSecrets: { parameter: '/a/b' },
    });
  });

  it.each([
    ['one a line', `${SECRET}\n${OLD_SECRET}`],
    ['with the line ends of Windows', `${SECRET}\r\n${OLD_SECRET}\r\n`],
    ['among spaces and empty lines', `\n\n  ${SECRET}\t\n \n${OLD_SECRET} \n`],
  ])('reads several secrets %s', (_, text) => {
    expect(readSecrets(text)).toEqual({ value: [SECRET, OLD_SECRET] });
  });

  it.each([
    ['an empty secret', '', 'CHAMELIO_WEBHOOK_SECRET is missing'],
    ['nothing but white space', ' \r\n\t\n', 'CHAMELIO_WEBHOOK_SECRET is missing'],
    ['15 characters', SECRET.slice(1), 'CHAMELIO_WEBHOOK_SECRET expected secrets of at least 16 characters'],
    ['15 characters and spaces', `  ${SECRET.slice(1)}  `, 'expected secrets of at least 16 characters'],
    ['a short one beside a long one', `${SECRET}\nshort`, 'expected secrets of at least 16 characters'],
  ])('refuses %s', (_, secret, message) => {
    expect(() => readSecrets(secret)).toThrow(message);
  });

  it('never lets anybody sign with the empty key, even beside a parameter', () => {
    const body = Buffer.from('{}');
    const header = `sha256=${createHmac('sha256', '').update(body).digest('hex')}`;
    const env = { ...webhookEnv, CHAMELIO_WEBHOOK_SECRET: '', CHAMELIO_WEBHOOK_SECRET_PARAMETER: '/a/b' };

    expect(isSignedBy([''], body, header)).toBe(true);
    expect(() => readWebhookConfig(env)).toThrow('CHAMELIO_WEBHOOK_SECRET is missing');
    expect(readSecrets(`\n${SECRET}\n\n`)).toEqual({ value: [SECRET] });
  });

  it('names all that is missing at once', () => {
    expect(() => readWebhookConfig({})).toThrow(
      /^Wrong configuration: ARCHIVE_QUEUE_URL expected .+; CHAMELIO_WEBHOOK_SECRET or CHAMELIO_WEBHOOK_SECRET_PARAMETER is missing\.$/,
    );
  });
});

describe('readArchiveConfig', () => {
  it('has a default for all that need not be set', () => {
    expect(readArchiveConfig(archiveEnv)).toMatchObject({
      baseUrl: 'https://platform.chamelio.ai',
      apiKey: { value: 'ca_abc-_1' },
      bucket: 'bucket',
      table: 'table',
      queueUrl: QUEUE,
      keyPrefix: '',
      allowedHosts: [{ suffix: '.amazonaws.com' }],
      maxDocumentBytes: 5_368_709_120,
      maxReceiveCount: 10,
    });
  });

  it('reads what is set', () => {
    const env = {
      CHAMELIO_API_KEY: undefined,
      CHAMELIO_API_KEY_PARAMETER: '/a/key',
      CHAMELIO_BASE_URL: 'https://chamelio.example/api/',
      ARCHIVE_KEY_PREFIX: 'legal/eu/',
      DOWNLOAD_ALLOWED_HOSTS: 'http://127.0.0.1:9000,*.example.com',
      MAX_DOCUMENT_BYTES: '1048576',
      MAX_RECEIVE_COUNT: '3',
    };

    expect(withArchive(env)).toMatchObject({
      apiKey: { parameter: '/a/key' },
      baseUrl: 'https://chamelio.example/api',
      keyPrefix: 'legal/eu/',
      allowedHosts: [{ origin: 'http://127.0.0.1:9000' }, { suffix: '.example.com' }],
      maxDocumentBytes: 1_048_576,
      maxReceiveCount: 3,
    });
  });

  it('takes an empty variable for one that is not set', () => {
    const optional = ['BASE_URL', 'API_KEY_PARAMETER'].map((name) => `CHAMELIO_${name}`);
    const names = [
      ...optional,
      'ARCHIVE_KEY_PREFIX',
      'DOWNLOAD_ALLOWED_HOSTS',
      'MAX_DOCUMENT_BYTES',
      'MAX_RECEIVE_COUNT',
    ];
    const empty = Object.fromEntries(names.map((name) => [name, '']));

    expect(withArchive(empty)).toEqual(readArchiveConfig(archiveEnv));
  });

  it.each(['http://localhost:3000', 'http://127.0.0.1:3000', 'http://[::1]:3000'])(
    'takes plain HTTP on loopback: %s',
    (url) => {
      expect(withArchive({ CHAMELIO_BASE_URL: url }).baseUrl).toBe(url);
    },
  );

  it.each(['a/', `${'ü'.repeat(199)}a/`])('takes the key prefix %s', (prefix) => {
    expect(withArchive({ ARCHIVE_KEY_PREFIX: prefix }).keyPrefix).toBe(prefix);
  });

  it('takes the largest document that fits into as many parts as S3 allows', () => {
    const maxDocumentBytes = PART_BYTES * 10_000;

    expect(withArchive({ MAX_DOCUMENT_BYTES: `${maxDocumentBytes}` })).toMatchObject({ maxDocumentBytes });
  });

  it.each([
    ['CHAMELIO_BASE_URL', 'no url', 'expected an https URL'],
    ['CHAMELIO_BASE_URL', 'http://platform.chamelio.ai', 'expected an https URL (http only on loopback)'],
    ['CHAMELIO_BASE_URL', 'http://localhost.evil.example', 'expected an https URL (http only on loopback)'],
    ['CHAMELIO_BASE_URL', 'ftp://localhost', 'expected an https URL (http only on loopback)'],
    ['CHAMELIO_BASE_URL', 'https://u:p@chamelio.example', 'expected a URL without user, query or fragment'],
    ['CHAMELIO_BASE_URL', 'https://chamelio.example?a', 'expected a URL without user, query or fragment'],
    ['CHAMELIO_BASE_URL', 'https://chamelio.example#a', 'expected a URL without user, query or fragment'],
    ['CHAMELIO_API_KEY', 'ca_ä', 'expected printable ASCII without spaces'],
    ['CHAMELIO_API_KEY', 'ca_a\nx-other: 1', 'expected printable ASCII without spaces'],
    ['CHAMELIO_API_KEY', '', 'is missing'],
    ['CHAMELIO_USER_EMAIL', 'archive', 'expected an e-mail address'],
    ['ARCHIVE_DOCUMENTS', 'signed', 'expected generated or all'],
    ['ARCHIVE_BUCKET', '', 'is missing'],
    ['ARCHIVE_TABLE', undefined, 'is missing'],
    ['ARCHIVE_QUEUE_URL', 'archive', 'expected the URL of a queue'],
    ['ARCHIVE_KEY_PREFIX', 'a', 'expected to end with /'],
    ['ARCHIVE_KEY_PREFIX', '/a/', 'expected not to start with /'],
    ['ARCHIVE_KEY_PREFIX', `${'ü'.repeat(200)}/`, 'expected at most 400 bytes'],
    ['ARCHIVE_KEY_PREFIX', '\uD800/', 'expected at most 400 bytes'],
    ['DOWNLOAD_ALLOWED_HOSTS', ' , ', 'expected at least one host'],
    ['DOWNLOAD_ALLOWED_HOSTS', 'a.example,b c', 'expected a host, *.host or origin as entry 2'],
    ['MAX_DOCUMENT_BYTES', '5 GiB', 'expected a whole number from 1 to 83886080000'],
    ['MAX_DOCUMENT_BYTES', '0', 'expected a whole number from 1 to 83886080000'],
    ['MAX_DOCUMENT_BYTES', '83886080001', 'expected a whole number from 1 to 83886080000'],
    ['MAX_RECEIVE_COUNT', '1.5', 'expected a whole number from 1 to 1000'],
    ['MAX_RECEIVE_COUNT', '1001', 'expected a whole number from 1 to 1000'],
  ])('refuses %s %j: %s', (name, value, message) => {
    expect(() => withArchive({ [name]: value })).toThrow(`Wrong configuration: ${name} ${message}.`);
  });

  it('archives generated documents unless told to archive all, for somebody', () => {
    const all = { ARCHIVE_DOCUMENTS: 'all', CHAMELIO_USER_EMAIL: 'archive@example.com' };

    expect(withArchive({})).toMatchObject({ documentScope: 'generated', userEmail: undefined });
    expect(withArchive(all)).toMatchObject({ documentScope: 'all', userEmail: 'archive@example.com' });
  });

  it.each([undefined, ''])('refuses to archive all documents for nobody: %j', (userEmail) => {
    expect(() => withArchive({ ARCHIVE_DOCUMENTS: 'all', CHAMELIO_USER_EMAIL: userEmail, ARCHIVE_BUCKET: '' })).toThrow(
      'Wrong configuration: ARCHIVE_BUCKET is missing; CHAMELIO_USER_EMAIL is missing (ARCHIVE_DOCUMENTS is all).',
    );
  });

  it('names everything that is wrong or missing at once', () => {
    const env = {
      CHAMELIO_BASE_URL: 'no url',
      ARCHIVE_QUEUE_URL: 'archive',
      ARCHIVE_KEY_PREFIX: '/a',
      DOWNLOAD_ALLOWED_HOSTS: 'b c,*',
      MAX_DOCUMENT_BYTES: 'x',
      MAX_RECEIVE_COUNT: '0',
    };
    const named = [
      ...Object.keys(env),
      'ARCHIVE_BUCKET',
      'ARCHIVE_TABLE',
      'CHAMELIO_API_KEY_PARAMETER',
      'entry 1',
      'entry 2',
    ];

    for (const name of named) expect(() => readArchiveConfig(env)).toThrow(name);
  });
});

describe('readSweepConfig', () => {
  it('reads what sweep needs and nothing else', () => {
    expect(readSweepConfig(archiveEnv)).toEqual({
      baseUrl: readArchiveConfig(archiveEnv).baseUrl,
      table: readArchiveConfig(archiveEnv).table,
      queueUrl: readArchiveConfig(archiveEnv).queueUrl,
      apiKey: readArchiveConfig(archiveEnv).apiKey,
    });
  });

  it('takes the name of the parameter with the key', () => {
    const env = { ...archiveEnv, CHAMELIO_API_KEY: undefined, CHAMELIO_API_KEY_PARAMETER: '/key' };

    expect(readSweepConfig(env)).toMatchObject({ apiKey: { parameter: '/key' } });
  });

  it('names everything that is missing at once', () => {
    expect(() => readSweepConfig({})).toThrow(/ARCHIVE_TABLE.*ARCHIVE_QUEUE_URL.*CHAMELIO_API_KEY_PARAMETER/);
  });
});

describe('readApiConfig', () => {
  it('reads what api needs, which is no secret', () => {
    expect(readApiConfig(archiveEnv)).toEqual({ table: 'table', queueUrl: QUEUE });
  });

  it('names everything that is missing at once', () => {
    expect(() => readApiConfig({})).toThrow('Wrong configuration: ARCHIVE_TABLE is missing; ARCHIVE_QUEUE_URL');
    expect(() => readApiConfig({})).not.toThrow(/PARAMETER/);
  });
});

describe('the error about a wrong configuration', () => {
  it.each([
    ['a short webhook secret', () => readSecrets(`${SECRET}\nhush-hush`), /hush|whsec/],
    ['an API key', () => withArchive({ CHAMELIO_API_KEY: 'hush hush' }), /hush/],
    ['the API key of a configuration that is wrong elsewhere', () => withArchive({ ARCHIVE_BUCKET: '' }), /ca_abc/],
    ['a password in the base URL', () => withArchive({ CHAMELIO_BASE_URL: 'https://u:hush@a.example' }), /hush/],
    [
      'the rest of a password with a comma',
      () => withArchive({ DOWNLOAD_ALLOWED_HOSTS: 'https://u:hush,b@a' }),
      /hush/,
    ],
    ['a signature', () => withArchive({ DOWNLOAD_ALLOWED_HOSTS: 'https://a.example/?hush' }), /hush/],
    ['a password in a host', () => withArchive({ DOWNLOAD_ALLOWED_HOSTS: 'https://u:hush@a.example' }), /hush/],
  ])('never holds %s', (_, read, secret) => {
    expect(read).toThrow('Wrong configuration: ');
    expect(read).not.toThrow(secret);
  });
});

describe('createApiKeySchema', () => {
  it.each([
    ['ca_key\n', 'ca_key'],
    ['  ca_key\r\n', 'ca_key'],
  ])('takes %j without what came along when it was pasted', (text, key) => {
    expect(createApiKeySchema().parse(text)).toBe(key);
  });

  it.each(['', ' \n', 'ca key', 'ca_k\u00e9y'])('refuses %j', (text) => {
    expect(createApiKeySchema().safeParse(text).success).toBe(false);
  });
});

describe('EVENT_BUS_NAME', () => {
  it.each([
    ['chamelio-archive.events'],
    ['aws.partner/example.com/1'],
    ['arn:aws:events:eu-central-1:111122223333:event-bus/contracts'],
  ])('is the name or the ARN of a bus (%s)', (name) => {
    expect(withArchive({ EVENT_BUS_NAME: name }).eventBusName).toBe(name);
  });

  it.each([undefined, ''])('is no bus when it is not set (%j)', (name) => {
    expect(withArchive({ EVENT_BUS_NAME: name }).eventBusName).toBeUndefined();
  });

  it.each(['two words', 'arn:aws:events:eu-central-1:111122223333:rule/contracts', 'a'.repeat(257)])(
    'is refused when it is neither (%s)',
    (name) => {
      expect(() => withArchive({ EVENT_BUS_NAME: name })).toThrow(
        'EVENT_BUS_NAME expected the name or the ARN of an event bus',
      );
    },
  );
});

describe('readOperatorConfig', () => {
  const operatorEnv = { ARCHIVE_BUCKET: 'bucket', ARCHIVE_TABLE: 'table', ARCHIVE_QUEUE_URL: QUEUE };

  it('reads what is set', () => {
    const more = { ARCHIVE_KEY_PREFIX: 'a/', MAX_RECEIVE_COUNT: '5', EVENT_BUS_NAME: 'documents' };
    expect(readOperatorConfig({ ...operatorEnv, ...more })).toEqual({
      bucket: 'bucket',
      table: 'table',
      queueUrl: QUEUE,
      keyPrefix: 'a/',
      maxReceiveCount: 5,
      eventBusName: 'documents',
    });
  });

  it('takes what is not set, or empty, for the default, and needs no secret', () => {
    const more = { ARCHIVE_KEY_PREFIX: '', MAX_RECEIVE_COUNT: '' };
    expect(readOperatorConfig({ ...operatorEnv, ...more })).toMatchObject({
      keyPrefix: '',
      maxReceiveCount: 10,
      eventBusName: undefined,
    });
  });

  it('names everything that is wrong or missing at once', () => {
    const read = () => readOperatorConfig({ ...operatorEnv, ARCHIVE_BUCKET: '', ARCHIVE_KEY_PREFIX: 'a' });
    expect(read).toThrow('Wrong configuration: ARCHIVE_BUCKET is missing; ARCHIVE_KEY_PREFIX expected to end with /.');
  });
});

describe('readWebhookSecrets', () => {
  it('reads the secrets, or the name of their parameter, and needs nothing else', () => {
    expect(readWebhookSecrets({ CHAMELIO_WEBHOOK_SECRET: SECRET })).toEqual({ value: [SECRET] });
    expect(readWebhookSecrets({ CHAMELIO_WEBHOOK_SECRET_PARAMETER: '/a/b' })).toEqual({ parameter: '/a/b' });
  });

  it('says what is missing', () => {
    expect(() => readWebhookSecrets({})).toThrow(
      'Wrong configuration: CHAMELIO_WEBHOOK_SECRET or CHAMELIO_WEBHOOK_SECRET_PARAMETER is missing.',
    );
  });
});

describe('readVendorConfig', () => {
  it('reads the vendor and its key, and needs nothing else', () => {
    expect(readVendorConfig({ CHAMELIO_API_KEY: 'ca_abc-_1' })).toEqual({
      baseUrl: 'https://platform.chamelio.ai',
      apiKey: { value: 'ca_abc-_1' },
    });
  });

  it('says what is missing', () => {
    expect(() => readVendorConfig({})).toThrow('CHAMELIO_API_KEY or CHAMELIO_API_KEY_PARAMETER is missing');
  });
});
