import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { execPath } from 'node:process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

type Finding = { code: string; filename: string; help?: string; labels: [{ span: { line: number } }] };
type Report = { diagnostics: Finding[]; number_of_files: number };

const root = join(import.meta.dirname, '..');

const HANDLERS_IMPORT =
  'A handler imports lib, @middy/core and the types of aws-lambda; the real parts come from lib/runtime.ts.';
const ONLY_TYPES = 'Only types: there is no such package.';
const RUNTIME_KNOWS_ADAPTERS = 'Only lib/runtime.ts knows adapters.';
const HANDLERS_KNOW_RUNTIME = 'Only handlers know lib/runtime.ts.';
const APART = 'Adapters never import each other.';
const INWARDS = 'Arrows point inwards: lib knows no handler.';
const NOT_DEPLOYED = 'Nothing deployed imports these.';
const AWS = 'AWS stays in lib/adapters and lib/runtime.ts.';
const POWERTOOLS = 'Powertools stays in lib/runtime.ts.';
const MINI = 'What is deployed parses with zod/mini.';
const MIDDY = 'middy stays in lib/middleware and handlers.';
const TEMPLATE_IMPORTS =
  'The template imports its neighbours, zod, and of lib only config.ts, download-url.ts and metrics.ts.';
const NO_FUNCTION = "The command line is nobody's function: it takes what it needs from lib and its adapters.";
const NOT_HERE = 'The command line works without what only this machine has.';
const PROCESS = 'Only cli/main.ts knows the process.';
const ENVIRONMENT = 'Only lib/runtime.ts reads the environment.';

/** A folder, a line that does not belong in any file of it, and what the linter says of it: a rule, or our own sentence. */
const wrong: [folder: string, line: string, complaint: string][] = [
  ['handlers', "export * from '../lib/adapters/s3-store.ts';", HANDLERS_IMPORT],
  ['handlers', "export * from './archive.ts';", HANDLERS_IMPORT],
  ['handlers', "export * from '../infrastructure/settings.ts';", HANDLERS_IMPORT],
  ['handlers', "export * from '../local/stack.ts';", HANDLERS_IMPORT],
  ['handlers', "export * from '../cli/program.ts';", HANDLERS_IMPORT],
  ['handlers', "export * from '@aws-sdk/client-sqs';", HANDLERS_IMPORT],
  ['handlers', "export * from '@aws-lambda-powertools/logger';", HANDLERS_IMPORT],
  ['handlers', "export * from '@middy/http-error-handler';", HANDLERS_IMPORT],
  ['handlers', "export * from 'node:process';", HANDLERS_IMPORT],
  ['handlers', "import { Handler } from 'aws-lambda'; export type H = Handler;", ONLY_TYPES],
  ['handlers', 'export const { ARCHIVE_BUCKET } = process.env;', 'node(no-process-env)'],
  ['handlers', "console.log('here');", 'eslint(no-console)'],
  ['handlers', 'export default () => undefined;', 'import(no-default-export)'],

  ['lib', "export * from './adapters/s3-store.ts';", RUNTIME_KNOWS_ADAPTERS],
  ['lib', "export type { Client } from './adapters/s3-store.ts';", RUNTIME_KNOWS_ADAPTERS],
  ['lib', "export const late = () => import('./adapters/s3-store.ts');", RUNTIME_KNOWS_ADAPTERS],
  ['lib', "export * from './runtime.ts';", HANDLERS_KNOW_RUNTIME],
  ['lib', "export * from '../handlers/archive.ts';", INWARDS],
  ['lib', "export * from '../infrastructure/settings.ts';", NOT_DEPLOYED],
  ['lib', "export * from '../cli/program.ts';", NOT_DEPLOYED],
  ['lib', "export * from '../local/stack.ts';", NOT_DEPLOYED],
  ['lib', "export * from '../test/support/fakes.ts';", NOT_DEPLOYED],
  ['lib', "export * from '../bench/copy.ts';", NOT_DEPLOYED],
  ['lib', "export * from '@aws-sdk/client-s3';", AWS],
  ['lib', "export type { HttpRequest } from '@smithy/types';", AWS],
  ['lib', "export * from '@aws-lambda-powertools/logger';", POWERTOOLS],
  ['lib', "export * from '@aws-lambda-powertools/parameters/ssm';", POWERTOOLS],
  ['lib', "export * from '@middy/core';", MIDDY],
  ['lib', "export { env } from 'node:process';", ENVIRONMENT],
  ['lib', "export { env } from 'process';", ENVIRONMENT],
  ['lib', 'export const bucket = process.env.ARCHIVE_BUCKET;', 'node(no-process-env)'],
  ['lib', "console.log('here');", 'eslint(no-console)'],
  ['lib', 'export default () => undefined;', 'import(no-default-export)'],
  ['lib', "export { z } from 'zod/mini';", 'unicorn(import-style)'],
  ['lib', "import { string } from 'zod/mini'; export const text = string();", 'unicorn(import-style)'],
  ['lib', "import * as z from 'zod'; export const text = z.string();", MINI],

  ['lib/middleware', "export * from '../adapters/s3-store.ts';", RUNTIME_KNOWS_ADAPTERS],
  ['lib/middleware', "export * from '../runtime.ts';", HANDLERS_KNOW_RUNTIME],
  ['lib/middleware', "export * from '../../handlers/webhook.ts';", INWARDS],
  ['lib/middleware', "export * from '../../infrastructure/settings.ts';", NOT_DEPLOYED],
  ['lib/middleware', "export * from '../../cli/program.ts';", NOT_DEPLOYED],
  ['lib/middleware', "export * from '../../local/stack.ts';", NOT_DEPLOYED],
  ['lib/middleware', "export * from '../../test/support/fakes.ts';", NOT_DEPLOYED],
  ['lib/middleware', "export * from '../../bench/copy.ts';", NOT_DEPLOYED],
  ['lib/middleware', "import * as z from 'zod'; export const text = z.string();", MINI],
  ['lib/middleware', "export * from '@aws-sdk/client-s3';", AWS],
  ['lib/middleware', "export * from '@smithy/types';", AWS],
  ['lib/middleware', "export * from '@aws-lambda-powertools/logger/middleware';", POWERTOOLS],
  ['lib/middleware', "export { env } from 'node:process';", ENVIRONMENT],
  ['lib/middleware', "export { env } from 'process';", ENVIRONMENT],
  ['lib/middleware', 'export const bucket = process.env.ARCHIVE_BUCKET;', 'node(no-process-env)'],

  ['lib/adapters', "export * from './s3-store.ts';", APART],
  ['lib/adapters', "export type { Client } from '../adapters/s3-store.ts';", APART],
  ['lib/adapters', "export * from '../runtime.ts';", HANDLERS_KNOW_RUNTIME],
  ['lib/adapters', "export * from '../../handlers/archive.ts';", INWARDS],
  ['lib/adapters', "export * from '../../infrastructure/settings.ts';", NOT_DEPLOYED],
  ['lib/adapters', "export * from '../../cli/program.ts';", NOT_DEPLOYED],
  ['lib/adapters', "export * from '../../local/stack.ts';", NOT_DEPLOYED],
  ['lib/adapters', "export * from '../../test/support/fakes.ts';", NOT_DEPLOYED],
  ['lib/adapters', "export * from '../../bench/copy.ts';", NOT_DEPLOYED],
  ['lib/adapters', "import * as z from 'zod'; export const text = z.string();", MINI],
  ['lib/adapters', "export * from '@aws-lambda-powertools/parameters/ssm';", POWERTOOLS],
  ['lib/adapters', "export * from '@middy/core';", MIDDY],
  ['lib/adapters', "export { env } from 'node:process';", ENVIRONMENT],
  ['lib/adapters', "export { env } from 'process';", ENVIRONMENT],
  ['lib/adapters', 'export const bucket = process.env.ARCHIVE_BUCKET;', 'node(no-process-env)'],

  ['infrastructure', "export * from '../lib/runtime.ts';", TEMPLATE_IMPORTS],
  ['infrastructure', "export * from '../lib/adapters/s3-store.ts';", TEMPLATE_IMPORTS],
  ['infrastructure', "export * from '../handlers/archive.ts';", TEMPLATE_IMPORTS],
  ['infrastructure', "export * from '../local/stack.ts';", TEMPLATE_IMPORTS],
  ['infrastructure', "export * from '../cli/program.ts';", TEMPLATE_IMPORTS],
  ['infrastructure', "export * from '../test/support/fakes.ts';", TEMPLATE_IMPORTS],
  ['infrastructure', "export * from '@aws-sdk/client-s3';", TEMPLATE_IMPORTS],
  ['infrastructure', "export * from 'node:process';", TEMPLATE_IMPORTS],
  ['infrastructure', 'export const bucket = process.env.ARCHIVE_BUCKET;', 'node(no-process-env)'],
  ['infrastructure', 'export default () => undefined;', 'import(no-default-export)'],

  ['cli', "export * from '../handlers/archive.ts';", NO_FUNCTION],
  ['cli', "export * from '../lib/runtime.ts';", NO_FUNCTION],
  ['cli', "export * from '../lib/middleware/map-errors.ts';", NO_FUNCTION],
  ['cli', "export * from '../local/stack.ts';", NOT_HERE],
  ['cli', "export * from '../test/support/fakes.ts';", NOT_HERE],
  ['cli', "export * from 'node:process';", PROCESS],
  ['cli', 'export const bucket = process.env.ARCHIVE_BUCKET;', 'node(no-process-env)'],
  ['cli', "console.log('here');", 'eslint(no-console)'],
  ['cli', 'export default () => undefined;', 'import(no-default-export)'],
  ['cli/adapters', "export * from '../../lib/runtime.ts';", NO_FUNCTION],

  ['local', 'export default () => undefined;', 'import(no-default-export)'],
  ['test', 'export default () => undefined;', 'import(no-default-export)'],
];

const right: [folder: string, line: string][] = [
  ['handlers', "export * from '../lib/runtime.ts';"],
  ['handlers', "export * from '../lib/middleware/map-errors.ts';"],
  ['handlers', "export * from '@middy/core';"],
  ['handlers', "export type { SQSEvent } from 'aws-lambda';"],
  ['lib', "export * from './errors.ts';"],
  ['lib', "export * from 'node:crypto';"],
  ['lib', "import * as z from 'zod/mini'; export const text = z.string();"],
  ['lib', "import type * as z from 'zod'; export type Text = z.ZodString;"],
  ['lib', "export type { Agent } from 'node:http';"],
  ['lib/middleware', "export * from '../errors.ts';"],
  ['lib/middleware', "export * from '@middy/core';"],
  ['lib/adapters', "export * from '../ports.ts';"],
  ['lib/adapters', "export * from '@aws-sdk/client-s3';"],
  ['lib/adapters', "export type { HttpRequest } from '@smithy/types';"],
  ['cli', "export * from '../lib/errors.ts';"],
  ['cli', "export * from '../lib/adapters/s3-store.ts';"],
  ['cli', "export * from '../infrastructure/settings.ts';"],
  ['cli', "export * from '@aws-sdk/client-s3';"],
  ['cli', "export * from 'commander';"],
  ['cli/adapters', "export * from '@aws-sdk/client-s3';"],
  ['infrastructure', "export * from './settings.ts';"],
  ['infrastructure', "export * from '../lib/config.ts';"],
  ['infrastructure', "export * from '../lib/download-url.ts';"],
  ['infrastructure', "export * from '../lib/metrics.ts';"],
  ['infrastructure', "import * as z from 'zod'; export const text = z.string();"],
  ...['local', 'test', 'bench'].flatMap((folder): [string, string][] => [
    [folder, "export * from '@aws-sdk/client-s3';"],
    [folder, "export * from '../handlers/archive.ts';"],
    [folder, "export * from '../lib/adapters/s3-store.ts';"],
  ]),
];

const runtime = {
  right: [
    "export * from './adapters/s3-store.ts';",
    "export * from '@aws-sdk/client-s3';",
    "export * from '@aws-lambda-powertools/logger';",
    'export const { ARCHIVE_BUCKET } = process.env;',
  ],
  wrong: [
    ["export * from '../handlers/archive.ts';", INWARDS],
    ["export * from '../infrastructure/settings.ts';", NOT_DEPLOYED],
    ["export * from '../local/stack.ts';", NOT_DEPLOYED],
    ["export * from '../cli/program.ts';", NOT_DEPLOYED],
    ["export * from '../test/support/fakes.ts';", NOT_DEPLOYED],
    ["export * from '../bench/copy.ts';", NOT_DEPLOYED],
    ["import * as z from 'zod'; export const text = z.string();", MINI],
    ["export * from '@middy/core';", MIDDY],
    ["console.log('here');", 'eslint(no-console)'],
  ] as const,
};

const wrongFile = (row: number) => `${wrong[row]?.[0]}/wrong-${row}.ts`;
const rightFile = (row: number) => `${right[row]?.[0]}/right-${row}.ts`;

const files: Record<string, string> = {
  ...Object.fromEntries(wrong.map(([, line], row) => [wrongFile(row), line])),
  ...Object.fromEntries(right.map(([, line], row) => [rightFile(row), line])),
  'cli/main.ts': 'export const { ARCHIVE_BUCKET } = process.env;',
  'lib/runtime.ts': [...runtime.right, ...runtime.wrong.map(([line]) => line)].join('\n'),
  'local/hen.ts': "import { egg } from './egg.ts';\nexport const hen = () => egg;",
  'local/egg.ts': "import { hen } from './hen.ts';\nexport const egg = () => hen;",
  'lib/cause.ts': "import type { Effect } from './effect.ts';\nexport type Cause = { effect?: Effect };",
  'lib/effect.ts': "import type { Cause } from './cause.ts';\nexport type Effect = { cause?: Cause };",
  'jest.config.js': 'export default {};',
  'test/support/strip-types.js': 'export default {};',
};

let directory: string;
let report: Report;

const describeFinding = ({ code, help }: Finding) => (code === 'eslint(no-restricted-imports)' ? help : code);
const lineOf = ({ labels: [label] }: Finding) => label.span.line;

/** What the linter says of one file, the same thing once. */
const complaintsAbout = (file: string) => {
  const findings = report.diagnostics.filter(({ filename }) => filename === file);
  return [...new Set(findings.map(describeFinding))];
};

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'boundaries-'));
  const write = async ([file, content]: [string, string]) => {
    await mkdir(dirname(join(directory, file)), { recursive: true });
    await writeFile(join(directory, file), `${content}\n`);
  };
  await Promise.all(Object.entries(files).map(write));
  await copyFile(join(root, '.oxlintrc.json'), join(directory, '.oxlintrc.json'));
  const oxlint = join(root, 'node_modules/oxlint/bin/oxlint');
  // It ends with 1, as there are findings.
  const { stdout } = await promisify(execFile)(execPath, [oxlint, '-f', 'json'], { cwd: directory }).catch(
    (end) => end,
  );
  report = JSON.parse(stdout) as Report;
});
afterAll(() => rm(directory, { recursive: true }));

it('looks at every file', () => {
  expect(report.number_of_files).toBe(Object.keys(files).length);
});

describe('the linter refuses', () => {
  it.each(wrong.map(([folder, line, complaint], row) => ({ folder, line, complaint, file: wrongFile(row) })))(
    'in $folder: $line',
    ({ file, complaint }) => {
      expect(complaintsAbout(file)).toEqual([complaint]);
    },
  );

  it.each(['local/hen.ts', 'local/egg.ts', 'lib/cause.ts', 'lib/effect.ts'])('a circle of imports: %s', (file) => {
    expect(complaintsAbout(file)).toEqual(['import(no-cycle)']);
  });
});

describe('the linter accepts', () => {
  it.each(right.map(([folder, line], row) => ({ folder, line, file: rightFile(row) })))(
    'in $folder: $line',
    ({ file }) => {
      expect(complaintsAbout(file)).toEqual([]);
    },
  );

  it('the environment in cli/main.ts', () => {
    expect(complaintsAbout('cli/main.ts')).toEqual([]);
  });

  it.each(['jest.config.js', 'test/support/strip-types.js'])('a default export in %s', (file) => {
    expect(complaintsAbout(file)).toEqual([]);
  });
});

it('lets lib/runtime.ts know adapters, AWS, Powertools and the environment, and nothing else', () => {
  const found = report.diagnostics.filter(({ filename }) => filename === 'lib/runtime.ts');
  const complaints = found
    .toSorted((one, other) => lineOf(one) - lineOf(other))
    .map((finding) => [lineOf(finding) - runtime.right.length, describeFinding(finding)]);
  expect(complaints).toEqual(runtime.wrong.map(([, complaint], index) => [index + 1, complaint]));
});
