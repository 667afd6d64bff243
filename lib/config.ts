import * as z from 'zod/mini';
import { parseAllowedHosts } from './download-url.ts';

export const PART_BYTES = 8 * 1024 * 1024;
const MAX_PARTS = 10_000;

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);

const createRequired = () => z.string('is missing').check(z.minLength(1, { error: 'is missing', abort: true }));

const createBaseUrl = () =>
  z.pipe(
    z.url({ error: 'expected an https URL', abort: true }).check(
      z.refine((text) => {
        const url = URL.parse(text);
        return url?.protocol === 'https:' || (url?.protocol === 'http:' && LOOPBACK.has(url.hostname));
      }, 'expected an https URL (http only on loopback)'),
      z.refine((text) => !/[?#@]/.test(text), 'expected a URL without user, query or fragment'),
    ),
    z.transform((text) => text.replace(/\/+$/, '')),
  );

const createKeyPrefix = () =>
  z.string().check(
    z.refine((prefix) => prefix === '' || prefix.endsWith('/'), 'expected to end with /'),
    z.refine((prefix) => !prefix.startsWith('/'), 'expected not to start with /'),
    z.refine((prefix) => prefix.isWellFormed() && Buffer.byteLength(prefix) <= 400, 'expected at most 400 bytes'),
  );

/** A key that was pasted with a line break is still that key. */
export const createApiKeySchema = () =>
  createRequired().check(
    z.trim(),
    z.minLength(1, 'is missing'),
    z.refine((key) => /^[\x21-\x7e]+$/.test(key), 'expected printable ASCII without spaces'),
  );

const MIN_SECRET_LENGTH = 16;

const splitLines = (text: string) =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean);

/** Webhook secrets, one a line. An empty or short one would let anybody sign, so one such line spoils them all. */
export const createWebhookSecretsSchema = () =>
  z.pipe(z.string(), z.transform(splitLines)).check(
    z.refine((secrets) => secrets.length > 0, 'is missing'),
    z.refine(
      (secrets) => secrets.every((secret) => secret.length >= MIN_SECRET_LENGTH),
      `expected secrets of at least ${MIN_SECRET_LENGTH} characters`,
    ),
  );

const createAllowedHosts = () =>
  z.pipe(
    z.string(),
    z.transform((text, { issues }) => {
      const refuse = (message: string) => issues.push({ code: 'custom', message, input: text });
      const { entries, invalid } = parseAllowedHosts(text);
      // Not the entry itself: it could be a signed URL, or hold a password.
      for (const position of invalid) refuse(`expected a host, *.host or origin as entry ${position}`);
      if (entries.length === 0) refuse('expected at least one host');
      return entries;
    }),
  );

/** Which documents of a task are archived: those that its steps generated, or uploaded and signed ones, too. */
const createDocumentScope = () => z.enum(['generated', 'all'], { error: 'expected generated or all' });
export type DocumentScope = z.infer<ReturnType<typeof createDocumentScope>>;

const createWholeNumber = (max: number) => {
  const number = z.int(`expected a whole number from 1 to ${max}`).check(z.minimum(1), z.maximum(max));
  return z.pipe(z.pipe(z.string(), z.transform(Number)), number);
};

const createBusName = () =>
  z
    .string()
    .check(z.regex(/^(arn:[^\s]+:event-bus\/)?[\w./-]{1,256}$/, 'expected the name or the ARN of an event bus'));

/**
 * What each variable of the environment has to be. Made when asked for: a function reads few of them, and making them all
 * would be a tenth of its cold start.
 * @see docs/design.md "Environment"
 */
export const VARIABLES = {
  CHAMELIO_BASE_URL: () => z.prefault(createBaseUrl(), 'https://platform.chamelio.ai'),
  CHAMELIO_API_KEY: () => z.optional(createApiKeySchema()),
  CHAMELIO_API_KEY_PARAMETER: () => z.optional(createRequired()),
  CHAMELIO_WEBHOOK_SECRET: () => z.optional(createWebhookSecretsSchema()),
  CHAMELIO_WEBHOOK_SECRET_PARAMETER: () => z.optional(createRequired()),
  CHAMELIO_USER_EMAIL: () => z.optional(z.email('expected an e-mail address')),
  ARCHIVE_DOCUMENTS: () => z.prefault(createDocumentScope(), 'generated'),
  ARCHIVE_BUCKET: createRequired,
  ARCHIVE_TABLE: createRequired,
  ARCHIVE_QUEUE_URL: () => z.url({ error: 'expected the URL of a queue' }),
  ARCHIVE_KEY_PREFIX: () => z.prefault(createKeyPrefix(), ''),
  ARCHIVE_ORGANIZATION_ID: () => z.prefault(z.string(), ''),
  DOWNLOAD_ALLOWED_HOSTS: () => z.prefault(createAllowedHosts(), '*.amazonaws.com'),
  MAX_DOCUMENT_BYTES: () => z.prefault(createWholeNumber(PART_BYTES * MAX_PARTS), String(5 * 1024 ** 3)),
  MAX_RECEIVE_COUNT: () => z.prefault(createWholeNumber(1000), '10'),
  EVENT_BUS_NAME: () => z.optional(createBusName()),
};

export type Environment = Record<string, string | undefined>;

/** A secret's own value, or the name of the SSM parameter that holds it. */
export type SecretSetting<T> = { value: T } | { parameter: string };

type Name = keyof typeof VARIABLES;
type Settings = { [N in Name]: z.infer<ReturnType<(typeof VARIABLES)[N]>> };

/** An empty variable is an unset one: that is how deployment templates say "default". */
const dropEmpty = (env: Environment) => Object.fromEntries(Object.entries(env).filter(([, value]) => value));

/** What is wrong with which variable. */
export const listProblems = (error: z.core.$ZodError): string[] =>
  error.issues.map(({ path, message }) => `${path.join('.')} ${message}`);

export const createConfigError = (problems: readonly string[]): Error =>
  new Error(`Wrong configuration: ${problems.join('; ')}.`);

/** @param secret one that has to be given, itself or as a parameter; none for a function that reads none */
function readSettings<N extends Name>(env: Environment, names: readonly N[], secret?: Name) {
  const parameter = `${secret}_PARAMETER` as Name;
  const secretNames = secret ? [secret, parameter] : [];
  const shape = Object.fromEntries([...names, ...secretNames].map((name) => [name, VARIABLES[name]()]));
  const given = dropEmpty(env);
  const result = z.object(shape).safeParse(secret && secret in env ? { ...given, [secret]: env[secret] } : given);
  const problems = result.success ? [] : listProblems(result.error);
  if (secret && env[secret] === undefined && !given[parameter]) problems.push(`${secret} or ${parameter} is missing`);
  if (shape.CHAMELIO_USER_EMAIL && given.ARCHIVE_DOCUMENTS === 'all' && !given.CHAMELIO_USER_EMAIL)
    problems.push('CHAMELIO_USER_EMAIL is missing (ARCHIVE_DOCUMENTS is all)');
  if (problems.length > 0) throw createConfigError(problems);
  return result.data as Pick<Settings, N> & Partial<Settings>;
}

const readApiKey = (found: Partial<Settings>): SecretSetting<string> =>
  found.CHAMELIO_API_KEY
    ? { value: found.CHAMELIO_API_KEY }
    : { parameter: found.CHAMELIO_API_KEY_PARAMETER as string };

export type WebhookConfig = {
  queueUrl: string;
  organizationId: string;
  webhookSecrets: SecretSetting<readonly string[]>;
};

const pickWebhookSecrets = (found: Partial<Settings>): SecretSetting<readonly string[]> =>
  found.CHAMELIO_WEBHOOK_SECRET
    ? { value: found.CHAMELIO_WEBHOOK_SECRET }
    : { parameter: found.CHAMELIO_WEBHOOK_SECRET_PARAMETER as string };

/** @throws Error naming everything that is wrong or missing at once */
export function readWebhookConfig(env: Environment): WebhookConfig {
  const names = ['ARCHIVE_QUEUE_URL', 'ARCHIVE_ORGANIZATION_ID'] as const;
  const found = readSettings(env, names, 'CHAMELIO_WEBHOOK_SECRET');
  return {
    queueUrl: found.ARCHIVE_QUEUE_URL,
    organizationId: found.ARCHIVE_ORGANIZATION_ID,
    webhookSecrets: pickWebhookSecrets(found),
  };
}

export type ApiConfig = { table: string; queueUrl: string };

/** @throws Error naming everything that is wrong or missing at once */
export function readApiConfig(env: Environment): ApiConfig {
  const found = readSettings(env, ['ARCHIVE_TABLE', 'ARCHIVE_QUEUE_URL']);
  return { table: found.ARCHIVE_TABLE, queueUrl: found.ARCHIVE_QUEUE_URL };
}

/** What signs a webhook. @throws Error naming what is wrong or missing */
export const readWebhookSecrets = (env: Environment) =>
  pickWebhookSecrets(readSettings(env, [], 'CHAMELIO_WEBHOOK_SECRET'));

/** What the vendor is asked with. @throws Error naming what is wrong or missing */
export function readVendorConfig(env: Environment): { baseUrl: string; apiKey: SecretSetting<string> } {
  const found = readSettings(env, ['CHAMELIO_BASE_URL'], 'CHAMELIO_API_KEY');
  return { baseUrl: found.CHAMELIO_BASE_URL, apiKey: readApiKey(found) };
}

export type SweepConfig = {
  baseUrl: string;
  table: string;
  queueUrl: string;
  eventBusName: string | undefined;
  apiKey: SecretSetting<string>;
};

/** @throws Error naming everything that is wrong or missing at once */
export function readSweepConfig(env: Environment): SweepConfig {
  const names = ['CHAMELIO_BASE_URL', 'ARCHIVE_TABLE', 'ARCHIVE_QUEUE_URL', 'EVENT_BUS_NAME'] as const;
  const found = readSettings(env, names, 'CHAMELIO_API_KEY');
  return {
    baseUrl: found.CHAMELIO_BASE_URL,
    table: found.ARCHIVE_TABLE,
    queueUrl: found.ARCHIVE_QUEUE_URL,
    eventBusName: found.EVENT_BUS_NAME,
    apiKey: readApiKey(found),
  };
}

export type OperatorConfig = {
  bucket: string;
  table: string;
  queueUrl: string;
  keyPrefix: string;
  maxReceiveCount: number;
  eventBusName: string | undefined;
};

/** What the operator's command line works on. @throws Error naming everything that is wrong or missing at once */
export function readOperatorConfig(env: Environment): OperatorConfig {
  const where = ['ARCHIVE_BUCKET', 'ARCHIVE_TABLE', 'ARCHIVE_QUEUE_URL', 'ARCHIVE_KEY_PREFIX'] as const;
  const found = readSettings(env, [...where, 'MAX_RECEIVE_COUNT', 'EVENT_BUS_NAME']);
  return {
    bucket: found.ARCHIVE_BUCKET,
    table: found.ARCHIVE_TABLE,
    queueUrl: found.ARCHIVE_QUEUE_URL,
    keyPrefix: found.ARCHIVE_KEY_PREFIX,
    maxReceiveCount: found.MAX_RECEIVE_COUNT,
    eventBusName: found.EVENT_BUS_NAME,
  };
}

export type ArchiveConfig = ReturnType<typeof readArchiveConfig>;

/** @throws Error naming everything that is wrong or missing at once */
export function readArchiveConfig(env: Environment) {
  const names = [
    'CHAMELIO_BASE_URL',
    'CHAMELIO_USER_EMAIL',
    'ARCHIVE_DOCUMENTS',
    'ARCHIVE_BUCKET',
    'ARCHIVE_TABLE',
    'ARCHIVE_QUEUE_URL',
    'ARCHIVE_KEY_PREFIX',
    'DOWNLOAD_ALLOWED_HOSTS',
    'MAX_DOCUMENT_BYTES',
    'MAX_RECEIVE_COUNT',
    'EVENT_BUS_NAME',
  ] as const;
  const found = readSettings(env, names, 'CHAMELIO_API_KEY');
  return {
    baseUrl: found.CHAMELIO_BASE_URL,
    apiKey: readApiKey(found),
    userEmail: found.CHAMELIO_USER_EMAIL,
    documentScope: found.ARCHIVE_DOCUMENTS,
    bucket: found.ARCHIVE_BUCKET,
    table: found.ARCHIVE_TABLE,
    queueUrl: found.ARCHIVE_QUEUE_URL,
    keyPrefix: found.ARCHIVE_KEY_PREFIX,
    allowedHosts: found.DOWNLOAD_ALLOWED_HOSTS,
    maxDocumentBytes: found.MAX_DOCUMENT_BYTES,
    maxReceiveCount: found.MAX_RECEIVE_COUNT,
    eventBusName: found.EVENT_BUS_NAME,
  };
}
