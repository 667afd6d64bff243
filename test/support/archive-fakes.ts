import type { ArchiveHandlerDependencies } from '../../handlers/archive.ts';
import type { ArchiveEvent } from '../../lib/archive-event.ts';
import type { DocumentAnswer, FailedTry, OpenedDocument, StepId } from '../../lib/ports.ts';
import type { StepRecord, TaskRecord } from '../../lib/record.ts';

export const openedOf = (bytes: AsyncIterable<Buffer>, more: Partial<OpenedDocument> = {}): OpenedDocument => ({
  bytes,
  close: () => undefined,
  isResumable: false,
  ...more,
});

export async function* bytesOf(...chunks: (string | Buffer)[]): AsyncGenerator<Buffer> {
  for (const chunk of chunks) yield Buffer.from(chunk);
}

const times = { createdAt: '2026-03-02T12:00:00.000Z', updatedAt: '2026-03-02T12:00:00.000Z' };

export const createStepRecord = (step: StepId, more: Partial<StepRecord> = {}): StepRecord => ({
  ...times,
  taskId: step.taskId,
  stepId: step.stepId,
  status: 'COPYING',
  attempts: 1,
  notReadyCount: 0,
  sweeps: 0,
  ...more,
});

/** A document that is archived, with all that its record can say of it. */
export const createArchivedRecord = (step: StepId, more: Partial<StepRecord> = {}): StepRecord =>
  createStepRecord(step, {
    status: 'ARCHIVED',
    bucket: 'archive',
    key: `tasks/${step.taskId}/steps/${step.stepId}/NDA.pdf`,
    versionId: 'v1',
    etag: '"e1"',
    fileName: 'NDA.pdf',
    contentType: 'application/pdf',
    sizeBytes: 8,
    sha256: 'ab'.repeat(32),
    sourceEtag: '"s1"',
    warning: 'content_unrecognised',
    archivedAt: '2026-03-02T12:00:00.000Z',
    ...more,
  });

/** A document that failed for good. */
export const createFailedRecord = (step: StepId, more: Partial<StepRecord> = {}): StepRecord =>
  createStepRecord(step, {
    status: 'FAILED',
    error: { stage: 'download', code: 'too_large', message: 'Too large.' },
    ...more,
  });

const createTaskRecord = (taskId: string, more: Partial<TaskRecord> = {}): TaskRecord => ({
  ...times,
  taskId,
  stepId: '#task',
  status: 'OPEN',
  notReadyCount: 0,
  sweeps: 0,
  ...more,
});

const describeFailure = ({ error, notReadyCount }: FailedTry) => ({ error, notReadyCount });

/** Everything the archive function needs, as plain functions that succeed; `fakes` stand in for some of them. */
export function createArchiveFakes(fakes: Partial<ArchiveHandlerDependencies> = {}) {
  const lines: Record<string, unknown>[] = [];
  const sent: { body: string; delaySeconds?: number | undefined }[] = [];
  const visibility: [receiptHandle: string, seconds: number][] = [];
  const published: ArchiveEvent[] = [];
  let clock = Date.parse('2026-03-02T12:00:00.000Z');
  let ids = 0;
  const dependencies: ArchiveHandlerDependencies = {
    log: (level, message, fields) => void lines.push({ level, message, ...fields }),
    now: () => (clock += 1),
    wait: async () => undefined,
    random: () => 0.5,
    createId: () => `lease_${++ids}`,
    workflowApi: {
      requestDocument: async (): Promise<DocumentAnswer> => ({
        kind: 'bytes',
        opened: openedOf(bytesOf('%PDF-1.7'), { fileName: 'a.pdf', sizeBytes: 8 }),
      }),
      listFiles: async () => ({
        files: ['draft', 'signed'].map((stepId) => ({ stepId, isGenerated: true })),
        isCut: false,
        unlistedCount: 0,
      }),
      listCompletedSteps: async () => [],
      listSignedDocuments: async () => ({ fileIds: [], unlistedCount: 0 }),
    },
    documentScope: 'generated',
    openLink: async () => 'unchanged',
    store: {
      bucket: 'archive',
      putObject: async () => ({ kind: 'written', etag: '"stored"', versionId: 'v1' }),
      beginUpload: async () => 'upload',
      uploadPart: async ({ number, crc32 }) => ({ number, etag: `"${number}"`, crc32 }),
      completeUpload: async () => ({ kind: 'written', etag: '"stored"', versionId: 'v1' }),
      abortUpload: async () => undefined,
      findObject: async () => undefined,
      readObject: async () => bytesOf(),
    },
    stepLedger: {
      claimStep: async (step) => ({ claimed: createStepRecord(step) }),
      buryStep: async (claimed) => ({ ...claimed, status: 'PURGED' }),
      holdsLease: async () => true,
      finishStep: async (claimed, _lease, { document }) => ({ ...claimed, ...document, status: 'ARCHIVED' }),
      failStep: async (claimed, _lease, failure) => ({
        ...claimed,
        ...describeFailure(failure),
        status: failure.status,
      }),
      clearEvents: async (record) => ({ ...record, eventPending: undefined }),
    },
    publishEvents: async (events) => void published.push(...events),
    taskLedger: {
      findPurged: async () => undefined,
      openTask: async (taskId) => createTaskRecord(taskId),
      cancelTask: async () => undefined,
      beginDiscovery: async (taskId) => createTaskRecord(taskId),
      finishDiscovery: async (taskId, { stepIds }) =>
        createTaskRecord(taskId, { status: 'DISCOVERED', stepIds: [...stepIds], documentCount: stepIds.length }),
      failDiscovery: async (taskId, failure) =>
        createTaskRecord(taskId, { ...describeFailure(failure), status: 'FAILED' }),
      postponeManifest: async () => undefined,
    },
    updateManifest: async () => undefined,
    queue: {
      send: async (body, { delaySeconds } = {}) => void sent.push({ body, delaySeconds }),
      sendAll: async (bodies) => void sent.push(...bodies.map((body) => ({ body }))),
      changeVisibility: async (receiptHandle, seconds) => void visibility.push([receiptHandle, seconds]),
    },
    keyPrefix: '',
    maxDocumentBytes: 1024 ** 3,
    maxReceiveCount: 10,
    ...fakes,
  };
  return { dependencies, lines, sent, visibility, published };
}
