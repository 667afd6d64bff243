import { type Answer, json } from '../scripted-server.ts';
import { type AwsService, tellingMessage } from './aws-echoes.ts';
import { apiKey, webhookSecret } from './known-secrets.ts';
import { refuseParameter, type ParameterAnswer } from './parameter-store.ts';
import { archive, type SecretPath } from './secret-path.ts';
import { API_KEY_PARAMETER } from './secrets-world.ts';
import { archivable } from './storage-paths.ts';

const DAY_AND_MORE_MS = 26 * 3600_000;

const whileRefusing =
  (service: AwsService, walk: SecretPath['walk']): SecretPath['walk'] =>
  async (world, taskId) => {
    world.refusing.add(service);
    return walk(world, taskId).finally(() => world.refusing.delete(service));
  };

const whileParameterIs =
  (answer: ParameterAnswer, walk: SecretPath['walk']): SecretPath['walk'] =>
  async (world, taskId) => {
    world.parameters.set(API_KEY_PARAMETER, answer);
    return walk(world, taskId).finally(world.provideSecrets);
  };

const archiveDocument = archive(archivable);

const discover: SecretPath['walk'] = (world, taskId) => {
  world.vendor.script(taskId, [json(200, { files: [{ step_id: 'step', variable_id: null }], total_files: 1 })]);
  return world.deliver({ task_id: taskId });
};

const invokeDirectly =
  (event: object): SecretPath['walk'] =>
  (world, taskId) => {
    world.vendor.script(taskId, [{ status: 500, body: apiKey }]);
    return world.functions.invoke('archive', { task_id: taskId, step_id: 'step', ...event });
  };

/** A sweep a day after a task was heard of: the vendor is asked what became of it. */
const sweepWhile =
  (service: AwsService | undefined, answer: Answer = { status: 401, body: apiKey }): SecretPath['walk'] =>
  async (world, taskId) => {
    world.vendor.script(taskId, [answer]);
    await world.deliver({ event: 'flows.tasks.created', data: { task_id: taskId } });
    const sweep = () => world.functions.invoke('sweep', {}, { clockAheadMs: DAY_AND_MORE_MS });
    return service ? whileRefusing(service, sweep)(world, taskId) : sweep();
  };

const completed = json(200, { task: { status: 'completed' } });

/** Parameter Store without the key: only as long as the functions have not read it. */
export const keylessPaths: SecretPath[] = [
  {
    it: 'the key may not be read by archive',
    shows: 'secret_unavailable',
    walk: whileParameterIs(refuseParameter('AccessDeniedException', tellingMessage), archiveDocument),
  },
  {
    it: 'the key of archive is none',
    shows: 'secret_invalid',
    walk: whileParameterIs({ value: `${apiKey} ${apiKey}` }, archiveDocument),
  },
  {
    it: 'the key may not be read by sweep',
    shows: '"asked":1',
    walk: whileParameterIs(refuseParameter('AccessDeniedException', tellingMessage), sweepWhile(undefined)),
  },
];

/** AWS refuses, and echoes what it was sent. */
export const awsPaths: SecretPath[] = [
  { it: 'S3 refuses', shows: 'store_refused', walk: whileRefusing('s3', archiveDocument) },
  { it: 'DynamoDB refuses', shows: 'table_unavailable', walk: whileRefusing('dynamodb', archiveDocument) },
  { it: 'EventBridge refuses', shows: 'bus_unavailable', walk: whileRefusing('events', archiveDocument) },
  { it: 'SQS refuses a discovery', shows: 'queue_unavailable', walk: whileRefusing('sqs', discover) },
  { it: 'a direct event fails for now', shows: '"status":"queued"', walk: invokeDirectly({}) },
  {
    it: 'a direct event fails, and SQS refuses it',
    shows: 'The vendor answered 500',
    walk: whileRefusing('sqs', invokeDirectly({})),
  },
  {
    it: 'a direct event meets a table that refuses, and SQS refuses it',
    shows: 'DynamoDB failed',
    walk: whileRefusing('dynamodb', whileRefusing('sqs', invokeDirectly({}))),
  },
  { it: 'a direct event is malformed', shows: 'RefusedError', walk: invokeDirectly({ task_id: webhookSecret }) },
  { it: 'the vendor refuses the key of sweep', shows: '"asked":1', walk: sweepWhile(undefined) },
  { it: 'DynamoDB refuses sweep', shows: 'DynamoDB failed', walk: sweepWhile('dynamodb', completed) },
  { it: 'SQS refuses sweep', shows: 'SQS failed', walk: sweepWhile('sqs', completed) },
];
