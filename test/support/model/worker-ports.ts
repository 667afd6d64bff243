import type { ArchiveHandlerDependencies } from '../../../handlers/archive.ts';
import type { OpenedDocument, OpenLink, PublishEvents, Queue, Store, Table, TaskPages } from '../../../lib/ports.ts';
import { createFailure, type WorkerModel } from './worker-model.ts';

export type Outside = {
  table: Table & TaskPages;
  store: Store;
  queue: Queue;
  workflowApi: ArchiveHandlerDependencies['workflowApi'];
  openLink: OpenLink;
  publishEvents: PublishEvents;
};

/** The outside as one worker meets it: call by call, each with its fate. */
export function createWorkerPorts(worker: WorkerModel, outside: Outside, announcesSize: boolean): Outside {
  const { call } = worker;
  const { table, store, queue, workflowApi, openLink, publishEvents } = outside;
  const conflict = { kind: 'conflict' } as const;

  /** A download that ends early looks whole to whoever does not know its length; without one, the connection says so. */
  async function* readBytes(opened: OpenedDocument, signal: AbortSignal): AsyncGenerator<Buffer> {
    for await (const chunk of opened.bytes) {
      const got = await call({
        label: 'readChunk',
        failure: 'connection_failed',
        signal,
        replacement: undefined,
        run: async () => chunk as Buffer | undefined,
      });
      if (got !== undefined) yield got;
      else if (announcesSize) return;
      else throw createFailure('connection_failed');
    }
  }

  return {
    table: {
      read: (key) => call({ label: 'readRecord', run: () => table.read(key) }),
      async *followRecords(taskId, signal) {
        const run = () => Array.fromAsync(table.followRecords(taskId, signal));
        yield* await call({ label: 'followRecords', signal, run });
      },
      update: (key, change) => call({ label: 'updateRecord', run: () => table.update(key, change) }),
    },
    store: {
      bucket: store.bucket,
      putObject: (request) =>
        call({
          label: 'putObject',
          signal: request.signal,
          replacement: conflict,
          run: () => store.putObject(request),
        }),
      beginUpload: (target, signal) =>
        call({ label: 'beginUpload', signal, run: () => store.beginUpload(target, signal) }),
      uploadPart: (request) =>
        call({ label: 'uploadPart', signal: request.signal, run: () => store.uploadPart(request) }),
      completeUpload: (request) =>
        call({
          label: 'completeUpload',
          signal: request.signal,
          replacement: conflict,
          run: () => store.completeUpload(request),
        }),
      // It never fails: what it misses is left to the bucket.
      abortUpload: (key, uploadId) =>
        call({ label: 'abortUpload', run: () => store.abortUpload(key, uploadId) }).catch(() => undefined),
      findObject: (key, signal) => call({ label: 'findObject', signal, run: () => store.findObject(key, signal) }),
      readObject: (key, versionId, signal) =>
        call({ label: 'readObject', signal, run: () => store.readObject(key, versionId, signal) }),
    },
    queue: {
      send: (body, options) => call({ label: 'send', run: () => queue.send(body, options) }),
      sendAll: (bodies) => call({ label: 'sendAll', run: () => queue.sendAll(bodies) }),
      changeVisibility: (receipt, seconds) =>
        call({ label: 'changeVisibility', run: () => queue.changeVisibility(receipt, seconds) }),
    },
    workflowApi: {
      requestDocument: (step, signal) =>
        call({ label: 'requestDocument', signal, run: () => workflowApi.requestDocument(step, signal) }),
      listFiles: (taskId, signal) =>
        call({ label: 'listFiles', signal, run: () => workflowApi.listFiles(taskId, signal) }),
      listCompletedSteps: (taskId, signal) =>
        call({ label: 'listCompletedSteps', signal, run: () => workflowApi.listCompletedSteps(taskId, signal) }),
      listSignedDocuments: (taskId, signal) =>
        call({ label: 'listSignedDocuments', signal, run: () => workflowApi.listSignedDocuments(taskId, signal) }),
    },
    publishEvents: (events) => call({ label: 'publishEvents', run: () => publishEvents(events) }),
    openLink: async (link, from, signal) => {
      const run = () => openLink(link, from, signal);
      const opened = await call({ label: 'openLink', failure: 'link_refused', signal, run });
      return opened === 'unchanged' ? opened : { ...opened, bytes: readBytes(opened, signal) };
    },
  };
}
