import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PutItemCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import type { Context } from '../../cli/context.ts';
import type { Finding } from '../../cli/verify-finding.ts';
import type { Summary } from '../../cli/verify-summary.ts';
import { describeObject } from '../../lib/document-id.ts';
import { makeDocumentKey } from '../../lib/document-key.ts';
import { startBucket } from '../../local/bucket.ts';
import { setEnvironment } from '../../local/environment.ts';
import { credentials, region } from '../../local/local-account.ts';
import { createS3Server } from '../../local/s3/s3-server.ts';
import { startTable } from '../../local/table.ts';
import { runCli } from './run-cli.ts';

export type VerifyReport = Summary & { findings: Finding[] };
export type Item = Record<string, unknown>;

/** A bucket and a table of their own, and the command line in front of them. */
export async function startVerifyWorld({ versioning = true } = {}) {
  const directory = await mkdtemp(join(tmpdir(), 'verify-'));
  const objects = join(directory, 's3');
  const s3 = versioning ? await startBucket({ directory: objects }) : await startPlainBucket(objects);
  const table = await startTable();
  const client = new S3Client({ endpoint: s3.url, region, credentials, forcePathStyle: true });
  const env: Record<string, string> = {
    ARCHIVE_BUCKET: s3.bucket,
    ARCHIVE_TABLE: table.tableName,
    ARCHIVE_QUEUE_URL: 'http://127.0.0.1:1/000000000000/archive',
    AWS_ENDPOINT_URL_S3: s3.url,
    AWS_ENDPOINT_URL_DYNAMODB: table.url,
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
  };
  setEnvironment(env);

  async function putObject(key: string, content: Buffer, metadata: Record<string, string> = {}) {
    const command = new PutObjectCommand({
      Bucket: s3.bucket,
      Key: key,
      Body: content,
      ContentType: key.endsWith('.json') ? 'application/json' : 'application/pdf',
      Metadata: metadata,
      ChecksumSHA256: createHash('sha256').update(content).digest('base64'),
    });
    const { ETag, VersionId } = await client.send(command);
    return { etag: ETag as string, ...(VersionId && { version_id: VersionId }) };
  }

  async function putItem(item: Item) {
    await table.client.send(
      new PutItemCommand({ TableName: table.tableName, Item: marshall(item, { removeUndefinedValues: true }) }),
    );
  }

  const world = {
    s3: { ...s3, client },
    env,
    directory,
    /** Where the next report goes. */
    reportFile: join(directory, 'report'),
    putObject,
    putItem,

    /** A document as `archive` leaves it: its record. */
    async archive(taskId: string, document: { stepId?: string; text?: string; changes?: Item } = {}) {
      const { stepId = 'review_step', text = 'a contract', changes = {} } = document;
      const content = Buffer.from(text);
      const key = makeDocumentKey({ taskId, stepId, fileName: 'NDA.pdf' }, '');
      const sha256 = createHash('sha256').update(content).digest('hex');
      const written = await putObject(key, content, { ...describeObject({ taskId, stepId }), sha256 });
      const item = {
        ...createItem(taskId, stepId, 'ARCHIVED'),
        ...written,
        bucket: s3.bucket,
        key,
        file_name: 'NDA.pdf',
        content_type: 'application/pdf',
        size_bytes: content.length,
        sha256,
        archived_at: '2026-01-02T03:04:05.678Z',
        ...changes,
      };
      await putItem(item);
      return item;
    },

    /** The manifest of a task as `archive` leaves it, and the record that names it. */
    async writeManifest(taskId: string, changes: Item = {}) {
      const content = Buffer.from('{"documents": []}');
      const key = `tasks/${taskId}/manifest.json`;
      const sha256 = createHash('sha256').update(content).digest('hex');
      const metadata = { 'task-id': taskId, 'step-id': '#task', sha256 };
      const written = await putObject(key, content, metadata);
      const described = { bucket: s3.bucket, key, size_bytes: content.length, sha256 };
      const item = { ...createItem(taskId, '#task', 'DISCOVERED'), ...written, ...described };
      await putItem({ ...item, archived_at: '2026-01-02T03:04:05.678Z', ...changes });
      return key;
    },

    /** Turns one bit of stored bytes over, behind S3's back. */
    async flipByte(text: string) {
      const [folder] = await readdir(objects);
      for (const name of await readdir(join(objects, folder as string))) {
        const file = join(objects, folder as string, name);
        const content = await readFile(file);
        if (!content.equals(Buffer.from(text))) continue;
        content[0] = (content[0] as number) ^ 1;
        await writeFile(file, content);
      }
    },

    async listItems() {
      const { Items = [] } = await table.client.send(new ScanCommand({ TableName: table.tableName }));
      return Items.map((item) => unmarshall(item));
    },

    /** Types words behind `verify`. */
    async verify(words: readonly string[], changes: Partial<Context> = {}) {
      const { exitCode, printed, noted } = await runCli(['verify', ...words, '--report', world.reportFile], {
        env,
        now: () => Date.parse('2026-02-03T04:05:06.789Z'),
        ...changes,
      });
      return { exitCode, stdout: printed.join('\n'), stderr: noted.join('\n') };
    },

    readReport: async () =>
      (JSON.parse(await readFile(`${world.reportFile}.json`, 'utf8')) as { report: VerifyReport }).report,
    readPage: () => readFile(`${world.reportFile}.html`, 'utf8'),

    close: async () => {
      client.destroy();
      await Promise.all([s3.close(), table.close()]);
      await rm(directory, { recursive: true });
    },
  };
  return world;
}

export type VerifyWorld = Awaited<ReturnType<typeof startVerifyWorld>>;

/** A record without an object, in the names of the contract. */
export const createItem = (taskId: string, stepId: string, status: string) => ({
  task_id: taskId,
  step_id: stepId,
  schema: 1,
  status,
  created_at: '2026-01-02T03:04:05.678Z',
  updated_at: '2026-01-02T03:04:05.678Z',
});

async function startPlainBucket(directory: string) {
  const s3 = await createS3Server({ directory });
  s3.createBucket('archive', { versioning: false });
  return { ...s3, bucket: 'archive' };
}
