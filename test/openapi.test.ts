import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import type { RouteKey } from '../lib/api-request.ts';
import { OPENAPI_FILE, writeOpenApi } from '../scripts/write-openapi.ts';
import { archived, createApiWorld, unavailable } from './support/api-world.ts';

type Schema = { $ref: string };
type Answer = { content: { 'application/json': { schema: Schema } } };
type Operation = { responses: Record<string, Answer>; parameters: { name: string; schema: object }[] };
type Description = {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, object> };
};

const ARCHIVE_TASK = 'POST /tasks/{task_id}/archive';
const ARCHIVE_STEP = 'POST /tasks/{task_id}/steps/{step_id}/archive';
const DOCUMENTS = 'GET /tasks/{task_id}/documents';
const DOCUMENT = 'GET /tasks/{task_id}/steps/{step_id}/document';

let text: string;
let description: Description;
let ajv: Ajv2020;

beforeAll(async () => {
  text = await readFile(OPENAPI_FILE, 'utf8');
  description = JSON.parse(text);
  ajv = new Ajv2020({ strict: false, allErrors: true });
  addFormats.default(ajv);
  ajv.addSchema(description, 'openapi.json');
});

/** What the description says of a route, by the status of the answer. */
function findAnswers(routeKey: string): Record<string, Answer> {
  const [method = '', path = ''] = routeKey.split(' ');
  return description.paths[path]?.[method.toLowerCase()]?.responses ?? {};
}

/** What is wrong with an answer; null: nothing. */
function findErrors({ $ref }: Schema, body: unknown) {
  ajv.validate({ $ref: `openapi.json${$ref}` }, body);
  return ajv.errors ?? null;
}

const listProperties = ({ $ref }: Schema) =>
  Object.keys((description.components.schemas[$ref.replace(/^.*\//, '')] as { properties: object }).properties);

describe('docs/openapi.json', () => {
  it('is what the schemas say now: npm run openapi', async () => {
    expect(text).toBe(await writeOpenApi());
  });

  it('is valid OpenAPI 3.1', async () => {
    expect(await new Validator().validate(JSON.parse(text))).toEqual({ valid: true });
    expect(text).toContain('"openapi": "3.1.');
  });

  it('would not be with a mistake in it', async () => {
    const { paths, ...rest } = JSON.parse(text);
    const mistaken = { ...rest, paths: { tasks: paths['/tasks/{task_id}/documents'] } };

    expect(await new Validator().validate(mistaken)).toMatchObject({ valid: false });
  });

  it('gives ids the pattern of the contract, and to that of a document what stands before it without a step', () => {
    const operations = Object.values(description.paths).flatMap((path) => Object.values(path));
    const patterns = operations.flatMap(({ parameters }) => parameters.map(({ schema }) => schema));

    expect(new Set(patterns.map((schema) => JSON.stringify(schema)))).toEqual(
      new Set(
        ['^[A-Za-z0-9][A-Za-z0-9._:-]{0,127}$', '^(?:#(file|signed):)?([A-Za-z0-9][A-Za-z0-9._:-]{0,127})$'].map(
          (pattern) => JSON.stringify({ type: 'string', pattern }),
        ),
      ),
    );
  });
});

const pending = { ...archived, step_id: 'draft_step', status: 'PENDING', unfinished: '3' };
const failed = {
  ...pending,
  status: 'FAILED',
  error: { stage: 'resolve', code: 'server_error', message: 'It was down.' },
};
const task = { task_id: '12345', step_id: '#task', status: 'DISCOVERED' };
const wrongIds = { task_id: '../x', step_id: '#task' };
const tooLarge = { body: ' '.repeat(1024 * 1024 + 1) };
const records = [task, archived, pending];

type Row = [RouteKey, number, () => ReturnType<ReturnType<typeof createApiWorld>['ask']>];

/** How each answer comes about. */
const rows: Row[] = [
  ...([ARCHIVE_TASK, ARCHIVE_STEP] as const).flatMap((route): Row[] => [
    [route, 202, () => createApiWorld().ask(route)],
    [route, 400, () => createApiWorld().ask(route, wrongIds)],
    [route, 413, () => createApiWorld().ask(route, undefined, tooLarge)],
    [route, 503, () => createApiWorld({ send: unavailable }).ask(route)],
  ]),
  [DOCUMENTS, 200, () => createApiWorld({ records }).ask(DOCUMENTS)],
  [DOCUMENTS, 200, () => createApiWorld({ records: [failed] }).ask(DOCUMENTS)],
  [DOCUMENTS, 400, () => createApiWorld().ask(DOCUMENTS, wrongIds)],
  [DOCUMENTS, 404, () => createApiWorld().ask(DOCUMENTS)],
  [
    DOCUMENTS,
    500,
    () => createApiWorld({ records: [{ ...pending, workflow_name: 'x'.repeat(2 ** 23) }] }).ask(DOCUMENTS),
  ],
  [DOCUMENTS, 503, () => createApiWorld({ table: { listRecords: unavailable } }).ask(DOCUMENTS)],
  [DOCUMENT, 200, () => createApiWorld({ records }).ask(DOCUMENT)],
  [DOCUMENT, 400, () => createApiWorld().ask(DOCUMENT, wrongIds)],
  [DOCUMENT, 404, () => createApiWorld().ask(DOCUMENT)],
  [DOCUMENT, 500, () => createApiWorld({ records: [{ ...failed, step_id: 'review_step' }] }).ask(DOCUMENT)],
  [DOCUMENT, 501, () => createApiWorld({ records: [{ ...pending, step_id: 'review_step' }] }).ask(DOCUMENT)],
  [DOCUMENT, 503, () => createApiWorld({ table: { read: unavailable } }).ask(DOCUMENT)],
];

describe('what is really answered', () => {
  it.each(rows)('to %s with %d is as described, and says nothing more', async (routeKey, status, ask) => {
    const { statusCode, body } = await ask();
    const { schema } = (findAnswers(routeKey)[status] as Answer).content['application/json'];

    expect(statusCode).toBe(status);
    expect(findErrors(schema, body)).toBeNull();
    expect(listProperties(schema)).toEqual(expect.arrayContaining(Object.keys(body as object)));
  });

  it('is every answer that is described, but for those of API Gateway itself', () => {
    const routes = [ARCHIVE_TASK, ARCHIVE_STEP, DOCUMENTS, DOCUMENT];
    const described = routes.flatMap((routeKey) =>
      Object.entries(findAnswers(routeKey))
        .filter(([, { content }]) => !content['application/json'].schema.$ref.endsWith('/GatewayError'))
        .map(([status]) => `${routeKey} ${status}`),
    );

    expect(new Set(rows.map(([routeKey, status]) => `${routeKey} ${status}`))).toEqual(new Set(described));
  });

  it('would not be as described without the hash, or with a status that no record has', () => {
    const { sha256: _, ...document } = {
      download_url: 'https://a',
      file_name: 'a',
      expires_at: '2026-11-24T11:23:00Z',
      sha256: '',
      size_bytes: 1,
    };
    const documents = { task_id: '1', status: null, documents: [{ ...archived, status: 'LOST' }], total: 1 };

    expect(findErrors({ $ref: '#/components/schemas/Document' }, document)).not.toBeNull();
    expect(findErrors({ $ref: '#/components/schemas/Documents' }, documents)).not.toBeNull();
  });
});
