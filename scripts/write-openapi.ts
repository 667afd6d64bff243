import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { documentSchema, documentsSchema, errorSchema, queuedSchema } from '../lib/api-answer.ts';
import { type RouteKey, ROUTES, runOptionsSchema } from '../lib/api-request.ts';

const root = join(import.meta.dirname, '..');

const bodies = {
  RunOptions: runOptionsSchema,
  Queued: queuedSchema,
  Documents: documentsSchema,
  Document: documentSchema,
  Error: errorSchema,
  GatewayError: z.object({ message: z.string() }).describe('What API Gateway answers before a function is asked'),
};
type BodyName = keyof typeof bodies;

const referTo = (name: BodyName) => ({ $ref: `#/components/schemas/${name}` });
const inJson = (name: BodyName) => ({ 'application/json': { schema: referTo(name) } });
const answerWith = (name: BodyName, description: string) => ({ description, content: inJson(name) });

const REFUSED = {
  400: answerWith('Error', 'Something about the request is wrong; `issues` names the field'),
  401: answerWith('GatewayError', 'The token is missing or not valid (with a JWT authorizer)'),
  403: answerWith('GatewayError', 'The request is not signed, or the caller may not do this'),
  429: answerWith('GatewayError', 'Too many requests'),
  503: answerWith('Error', 'Table or queue could not be reached; ask again'),
};
const TOO_LARGE = { 413: answerWith('Error', 'The body is larger than 1 MiB') };
const QUEUED = { 202: answerWith('Queued', 'It is on the queue; the records say what becomes of it') };

const OPERATIONS: Record<RouteKey, { operationId: string; summary: string; responses: object }> = {
  'POST /tasks/{task_id}/archive': {
    operationId: 'archiveTask',
    summary: 'Have every generated document of a task archived',
    responses: { ...QUEUED, ...REFUSED, ...TOO_LARGE },
  },
  'POST /tasks/{task_id}/steps/{step_id}/archive': {
    operationId: 'archiveDocument',
    summary: 'Have the document of one step archived',
    responses: { ...QUEUED, ...REFUSED, ...TOO_LARGE },
  },
  'GET /tasks/{task_id}/documents': {
    operationId: 'listDocuments',
    summary: 'What is known of a task and of each of its documents',
    responses: {
      200: answerWith('Documents', 'All of them, however many'),
      404: answerWith('Error', 'Nothing is known of the task'),
      500: answerWith(
        'Error',
        'Its records are more than an answer can have; each document can be asked for by itself',
      ),
      ...REFUSED,
    },
  },
  'GET /tasks/{task_id}/steps/{step_id}/document': {
    operationId: 'getDocument',
    summary: "The vendor's own answer, with a link to the archived copy",
    responses: {
      200: answerWith('Document', 'It is archived'),
      404: answerWith('Error', 'There is no such document, as far as is known'),
      500: answerWith('Error', 'It could not be archived'),
      501: answerWith('Error', 'It is not there yet, or the step generates none'),
      ...REFUSED,
    },
  },
};

/** As OpenAPI 3.1 takes it: the same JSON Schema, without what a schema of its own says of itself. */
const toSchema = (schema: object) =>
  Object.fromEntries(Object.entries(schema).filter(([name]) => name !== '$schema' && name !== '$id'));

function describeBodies() {
  const registry = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries(bodies)) registry.add(schema, { id });
  // As input: what a record may lack is not required.
  const { schemas } = z.toJSONSchema(registry, { uri: (id) => `#/components/schemas/${id}`, io: 'input' });
  return Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, toSchema(schema)]));
}

function describeRoute(routeKey: RouteKey) {
  const { kind, parameters } = ROUTES[routeKey];
  const body = { requestBody: { required: false, content: inJson('RunOptions') } };
  const inPath = Object.entries<z.core.$ZodType>(parameters.shape).map(([name, schema]) => ({
    name,
    in: 'path',
    required: true,
    schema: toSchema(z.toJSONSchema(schema)),
  }));
  return { ...OPERATIONS[routeKey], parameters: inPath, ...(kind === 'archive' && body) };
}

function describePaths() {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const routeKey of Object.keys(ROUTES) as RouteKey[]) {
    const [method = '', path = ''] = routeKey.split(' ');
    paths[path] = { ...paths[path], [method.toLowerCase()]: describeRoute(routeKey) };
  }
  return paths;
}

/** The HTTP API as OpenAPI, from the schemas that its requests are read with. @see https://spec.openapis.org/oas/v3.1.1.html */
export async function createOpenApi() {
  const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string };
  return {
    openapi: '3.1.1',
    info: {
      title: 'Chamelio Archive',
      version,
      description:
        "Archived documents by HTTP. What API Gateway answers by itself, such as 403, keeps that service's shape.",
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [
      {
        url: 'https://{api_id}.execute-api.{region}.amazonaws.com',
        description: 'The output ApiUrl of the stack',
        variables: { api_id: { default: 'a1b2c3d4e5' }, region: { default: 'eu-central-1' } },
      },
    ],
    security: [{ iam: [] }, { jwt: [] }],
    paths: describePaths(),
    components: {
      schemas: describeBodies(),
      securitySchemes: {
        iam: {
          type: 'apiKey',
          name: 'Authorization',
          in: 'header',
          description: 'Signature Version 4 for the service execute-api',
          'x-amazon-apigateway-authtype': 'awsSigv4',
        },
        jwt: {
          type: 'http',
          scheme: 'bearer',
          bearerFormat: 'JWT',
          description: 'Where the deployment has set a JWT issuer',
        },
      },
    },
  };
}

export const OPENAPI_FILE = join(root, 'docs', 'openapi.json');
export const writeOpenApi = async () => `${JSON.stringify(await createOpenApi(), undefined, 2)}\n`;

if (import.meta.main) await writeFile(OPENAPI_FILE, await writeOpenApi());
