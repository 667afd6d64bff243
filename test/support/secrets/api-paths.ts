import type { RouteKey } from '../../../lib/api-request.ts';
import type { AwsService } from './aws-echoes.ts';
import { apiKey, secretAccessKey, webhookSecret } from './known-secrets.ts';
import type { SecretPath } from './secret-path.ts';
import type { SecretsWorld } from './secrets-world.ts';

const DOCUMENTS = 'GET /tasks/{task_id}/documents';
const DOCUMENT = 'GET /tasks/{task_id}/steps/{step_id}/document';
const RUN = 'POST /tasks/{task_id}/steps/{step_id}/archive';

type Asked = { taskId: string; body?: string };

/** A request as API Gateway hands it over, with what an authorizer leaves in it. */
export const askApi = (world: SecretsWorld, routeKey: RouteKey, { taskId, body }: Asked) =>
  world.functions.invoke('api', {
    routeKey,
    pathParameters: { task_id: taskId, step_id: 'step' },
    headers: { authorization: `Bearer ${secretAccessKey}`, 'x-api-key': apiKey },
    requestContext: { authorizer: { jwt: { claims: { sub: 'client-7', token: webhookSecret } } } },
    ...(body === undefined ? {} : { body }),
    isBase64Encoded: false,
  });

const whileRefusing =
  (service: AwsService, routeKey: RouteKey): SecretPath['walk'] =>
  async (world, taskId) => {
    world.refusing.add(service);
    return askApi(world, routeKey, { taskId }).finally(() => world.refusing.delete(service));
  };

export const apiPaths: SecretPath[] = [
  { it: 'a run is asked for', shows: '"outcome":"queued"', walk: (world, taskId) => askApi(world, RUN, { taskId }) },
  {
    it: 'nothing is known of a task',
    shows: 'Task not found',
    walk: (world, taskId) => askApi(world, DOCUMENTS, { taskId }),
  },
  {
    it: 'an id is malformed',
    shows: '"path":"task_id"',
    walk: (world) => askApi(world, DOCUMENT, { taskId: ` ${apiKey}` }),
  },
  {
    it: 'the body of a request names what there is not',
    shows: 'expected no field but force',
    walk: (world, taskId) => askApi(world, RUN, { taskId, body: JSON.stringify({ [apiKey]: apiKey }) }),
  },
  {
    it: 'the body of a request is no JSON',
    shows: 'expected JSON',
    walk: (world, taskId) => askApi(world, RUN, { taskId, body: webhookSecret }),
  },
  { it: 'SQS refuses a run', shows: 'queue_unavailable', walk: whileRefusing('sqs', RUN) },
  { it: 'DynamoDB refuses a list', shows: 'table_unavailable', walk: whileRefusing('dynamodb', DOCUMENTS) },
  { it: 'DynamoDB refuses a record', shows: 'table_unavailable', walk: whileRefusing('dynamodb', DOCUMENT) },
];
