import { randomBytes } from 'node:crypto';
import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { PurgeQueueCommand, ReceiveMessageCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import { marshall } from '@aws-sdk/util-dynamodb';
import { chooseShard } from '../../../lib/shard.ts';
import { credentials, region } from '../../../local/local-account.ts';
import { createSqsEvent } from '../../../local/sqs-event.ts';
import type { PackagedService } from '../packaged-template.ts';
import { startScriptedServer } from '../scripted-server.ts';
import { startTestBucket, startTestQueue, startTestTable } from '../services.ts';
import { startAccountServices } from './account-services.ts';
import { deployFunctions } from './deploy-functions.ts';
import { readFunctions } from './deployed-function.ts';
import { startRecordingRelay } from './recording-relay.ts';
import { createResolver } from './template-values.ts';

const HOUR_MS = 3600_000;

export type PermissionsWorld = Awaited<ReturnType<typeof startPermissionsWorld>>;

/**
 * A deployment: the functions as packaged, between a vendor and a storage host that answer as they are told. All that is
 * AWS is asked through a relay that writes down who asks for what.
 */
export async function startPermissionsWorld(service: PackagedService) {
  const secret = randomBytes(32).toString('hex');
  const storage = await startScriptedServer();
  const vendor = await startScriptedServer(storage.url);
  const s3 = await startTestBucket();
  const table = await startTestTable();
  const queue = await startTestQueue();
  const account = await startAccountServices(secret);
  const upstreams = { s3: s3.url, dynamodb: table.url, sqs: queue.url, ssm: account.url, events: account.url };
  const relay = await startRecordingRelay(upstreams);
  const closeServices = () =>
    Promise.all([vendor, storage, s3, table, queue, account, relay].map((part) => part.close()));

  async function deploy() {
    const physicalIds = {
      ArchiveBucket: s3.bucket,
      ArchiveTable: table.tableName,
      ArchiveQueue: new URL(new URL(queue.queueUrl).pathname, relay.url).href,
    };
    const functions = readFunctions(service.template, createResolver(service.template, physicalIds));
    const environment = {
      CHAMELIO_BASE_URL: vendor.url,
      DOWNLOAD_ALLOWED_HOSTS: storage.url,
      POWERTOOLS_LOG_LEVEL: 'SILENT',
      AWS_ENDPOINT_URL: relay.url,
      AWS_REGION: region,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    };
    return { functions, ...(await deployFunctions({ service, functions, environment })) };
  }
  const { functions, bundles, invoke, close } = await deploy().catch(async (error: unknown) => {
    await closeServices();
    throw error;
  });

  return {
    functions,
    bundles,
    calls: relay.calls,
    secret,
    vendor,
    storage,
    s3,
    keyPrefix: functions.find(({ name }) => name === 'archive')?.environment.ARCHIVE_KEY_PREFIX ?? '',
    invoke,
    /** Sends a message to archive by way of the queue, where it has been so often. */
    deliver: async (message: object, { receiveCount = 1 } = {}): Promise<void> => {
      const { client, queueUrl: QueueUrl } = queue;
      await client.send(new PurgeQueueCommand({ QueueUrl }));
      await client.send(new SendMessageCommand({ QueueUrl, MessageBody: JSON.stringify(message) }));
      const command = new ReceiveMessageCommand({ QueueUrl, MessageSystemAttributeNames: ['All'] });
      const { Messages = [] } = await client.send(command);
      const { Records } = createSqsEvent(Messages, queue.queueArn);
      const counted = Records.map(({ attributes, ...record }) => ({
        ...record,
        attributes: { ...attributes, ApproximateReceiveCount: String(receiveCount) },
      }));
      await invoke('archive', { Records: counted });
    },
    /** Leaves a record that nobody has touched for two days; `kind` is of the index: '' is unfinished, 't' open. */
    leaveRecord: async (kind: '' | 't', record: { task_id: string; step_id: string } & Record<string, unknown>) => {
      const at = new Date(Date.now() - 48 * HOUR_MS).toISOString();
      const counts = { attempts: 1, not_ready_count: 0, sweeps: 0 };
      const unfinished = kind + chooseShard(record.task_id);
      const Item = marshall({ schema: 1, created_at: at, updated_at: at, unfinished, ...counts, ...record });
      await table.client.send(new PutItemCommand({ TableName: table.tableName, Item }));
    },
    async close(): Promise<void> {
      await close();
      await closeServices();
    },
  };
}
