import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { checkAccess } from './access.ts';
import { type Answer, answerError, sendAnswer } from './answers.ts';
import { createFaults, type Failure } from './faults.ts';
import { createBucket, type Store } from './object-store.ts';
import { findOperation } from './operations.ts';
import { S3Error } from './s3-error.ts';
import { parseRequest, type S3Request } from './s3-request.ts';

export type S3ServerOptions = {
  /** Made if it isn't there; the bytes of one run lie in a directory of their own below it. */
  directory: string;
  /** 0, the default, takes any free one. */
  port?: number;
  /** The only one that is let in; without it any will do. */
  accessKeyId?: string;
  /** What presigned links expire by. */
  now?: () => number;
};

/** `status` is 0 where the client went away before there was an answer. */
export type LoggedOperation = { operation: string; bucket: string; key: string; status: number; versionId?: string };

export type S3Server = {
  url: string;
  port: number;
  /** With versions unless told otherwise. */
  createBucket(name: string, options?: { versioning?: boolean }): void;
  /** Every request in the order in which they were answered. */
  operations: readonly LoggedOperation[];
  /** The next `times` (1) requests for this operation fail, and do nothing else. */
  failNext(operation: string, failure: Failure): void;
  close(): Promise<void>;
};

/**
 * A small, strict S3 for local runs and tests: path-style, on 127.0.0.1 only. What it can't do is refused with 501, not
 * ignored. It doesn't verify signatures, and forgets everything when it is closed.
 *
 * @example
 * const s3 = await createS3Server({ directory: '.local/s3' });
 * s3.createBucket('archive');
 * const client = new S3Client({ endpoint: s3.url, forcePathStyle: true, region: 'eu-central-1', credentials });
 */
export async function createS3Server({
  directory,
  port = 0,
  accessKeyId,
  now = Date.now,
}: S3ServerOptions): Promise<S3Server> {
  mkdirSync(directory, { recursive: true });
  const store: Store = { directory: mkdtempSync(join(directory, 'objects-')), buckets: new Map() };
  const operations: LoggedOperation[] = [];
  const faults = createFaults(store);

  async function answer(request: S3Request, name: string): Promise<Answer> {
    checkAccess(request, { accessKeyId, now });
    faults.raise(name, request);
    const operation = findOperation(request);
    if (!operation) throw new S3Error('NotImplemented');
    return operation.run(store, request);
  }

  async function handle(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const requestId = randomBytes(8).toString('hex').toUpperCase();
    response.setHeader('x-amz-request-id', requestId);
    let logged = { operation: 'Unknown', bucket: '', key: '' };
    const log = (status: number, versionId?: string) =>
      operations.push({ ...logged, status, ...(versionId !== undefined && { versionId }) });
    const settle = async (settled: Answer) => {
      const versionId = settled.headers?.['x-amz-version-id'];
      log(settled.status, versionId === undefined ? undefined : String(versionId));
      await sendAnswer(response, settled);
    };
    try {
      const request = parseRequest(incoming);
      const operation = findOperation(request)?.name ?? 'Unknown';
      logged = { operation, bucket: request.bucket, key: request.key };
      await settle(await answer(request, operation));
    } catch (error) {
      if (incoming.destroyed && !incoming.complete) log(0);
      else await settle(answerError(error, `/${logged.bucket}/${logged.key}`, requestId));
    }
    // A body that was refused unread is taken off the wire, so that the client reads its answer.
    incoming.resume();
  }

  const server = createServer({ keepAliveTimeout: 60_000 }, (incoming, response) => {
    handle(incoming, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, '127.0.0.1', resolve);
  });
  const address = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${address.port}`,
    port: address.port,
    operations,
    createBucket: (name, { versioning = true } = {}) => {
      createBucket(store, name, versioning ? 'Enabled' : undefined);
    },
    failNext: faults.plan,
    close: async () => {
      const closed = new Promise((resolve) => {
        server.close(resolve);
      });
      server.closeAllConnections();
      await closed;
      await rm(store.directory, { recursive: true, force: true });
    },
  };
}
