import { describe, expect, it } from '@jest/globals';
import { createArchiveRun } from '../../lib/archive-run.ts';
import { archiveStep } from '../../lib/archive-step.ts';
import { archiveTask } from '../../lib/archive-task.ts';
import { PermanentError, TransientError } from '../../lib/errors.ts';
import { createLeaseLost } from '../../lib/ledger-errors.ts';
import type { Store, StepLedger, TaskLedger } from '../../lib/ports.ts';
import type { StepRecord, TaskRecord } from '../../lib/record.ts';

const step = { taskId: '1', stepId: 'a', force: false, trigger: {} };
const common = { taskId: '1', notReadyCount: 0, sweeps: 0, createdAt: '', updatedAt: '' };
const claimed: StepRecord = { ...common, stepId: 'a', status: 'COPYING', attempts: 1 };
const opened: TaskRecord = { ...common, stepId: '#task', status: 'OPEN' };
const delivery = { receiveCount: 1, isLast: false, receivedAt: 0, jitter: 0.5 };

const permanent = new PermanentError({ stage: 'resolve', code: 'id_refused', message: 'It cannot be read.' });
const passing = new TransientError({ stage: 'resolve', code: 'server_error', message: 'An error.' });
const tableDown = new TransientError({ stage: 'record', code: 'table_unavailable', message: 'DynamoDB failed.' });
const fail = (error: Error) => async () => {
  throw error;
};
const never = () => {
  throw new Error('nobody should ask for this');
};

type Fakes = { requestDocument: () => Promise<never>; failStep: StepLedger['failStep'] };

function dependenciesWith({ requestDocument, failStep }: Fakes) {
  const stepLedger = {
    claimStep: async () => ({ claimed }),
    buryStep: never,
    holdsLease: never,
    finishStep: never,
    failStep,
    clearEvents: never,
  };
  return {
    workflowApi: { requestDocument },
    openLink: never,
    store: {} as Store,
    stepLedger,
    publishEvents: never,
    taskLedger: { postponeManifest: never, findPurged: async () => undefined },
    updateManifest: async () => undefined,
    keyPrefix: '',
    maxDocumentBytes: 1,
    now: () => 0,
    wait: never,
    createId: () => 'lease',
  };
}

async function tryStep(fakes: Fakes) {
  const run = createArchiveRun({ now: () => 0, getRemainingTimeInMillis: () => 900_000 });
  return archiveStep(step, dependenciesWith(fakes), { run, delivery }).finally(run.end);
}

describe('archiveStep', () => {
  it('does not end what failed for good before that is recorded', async () => {
    const trying = tryStep({ requestDocument: fail(permanent), failStep: fail(tableDown) });

    await expect(trying).rejects.toBe(tableDown);
  });

  it('comes back for its own reason when that cannot be recorded', async () => {
    await expect(tryStep({ requestDocument: fail(passing), failStep: fail(tableDown) })).rejects.toBe(passing);
  });

  it('keeps the schedule of what is not there yet when that cannot be recorded', async () => {
    const notThere = new TransientError({
      stage: 'resolve',
      code: 'not_found',
      message: 'Not there.',
      retry: { notReady: 'NOT_FOUND' },
    });
    const trying = tryStep({ requestDocument: fail(notThere), failStep: fail(tableDown) });

    await expect(trying).rejects.toMatchObject({ retry: { scheduled: true, delaySeconds: 30 } });
  });

  it('leaves the record to whoever has the lease by now', async () => {
    const lost = createLeaseLost();

    await expect(tryStep({ requestDocument: fail(lost), failStep: never })).rejects.toBe(lost);
  });

  it('leaves the record to whoever has claimed the step while it failed', async () => {
    const lost = createLeaseLost();

    await expect(tryStep({ requestDocument: fail(passing), failStep: fail(lost) })).rejects.toBe(lost);
  });

  it('takes a failure that nobody knows for one that will pass', async () => {
    const failures: unknown[] = [];
    const failStep: StepLedger['failStep'] = async (record, _, failure) => {
      failures.push(failure);
      return record;
    };

    await expect(tryStep({ requestDocument: fail(new TypeError('secret')), failStep })).rejects.toMatchObject({
      name: 'TransientError',
      code: 'unexpected',
    });
    expect(failures).toEqual([
      {
        status: 'PENDING',
        error: { stage: 'download', code: 'unexpected', message: 'Unexpected TypeError.' },
        notReadyCount: 0,
      },
    ]);
  });
});

describe('the memory of an invocation', () => {
  const later = new TransientError({ stage: 'resolve', code: 'server_error', message: 'An error.' });

  /** Steps that share a run; each asks the vendor as soon as it may begin, and fails when it is told to. */
  function createBatch() {
    const run = createArchiveRun({ now: () => 0, getRemainingTimeInMillis: () => 900_000 });
    const asked: string[] = [];
    const ends = new Map<string, () => void>();
    const begin = (stepId: string, closing = run.closing) => {
      const requestDocument = () =>
        new Promise<never>((_, reject) => {
          asked.push(stepId);
          ends.set(stepId, () => reject(later));
        });
      const failStep: StepLedger['failStep'] = async (record) => record;
      return archiveStep({ ...step, stepId }, dependenciesWith({ requestDocument, failStep }), {
        run: { ...run, closing, turns: { take: (_, ask) => ask(), heed: () => undefined } },
        delivery,
      }).catch((error: TransientError) => error.code);
    };
    return { begin, asked, end: (stepId: string) => ends.get(stepId)?.(), close: run.end };
  }

  it('lets a fourth large document wait, unclaimed, until one of three has ended', async () => {
    const { begin, asked, end, close } = createBatch();
    const working = ['a', 'b', 'c', 'd'].map((stepId) => begin(stepId));
    await new Promise(setImmediate);
    expect(asked).toEqual(['a', 'b', 'c']);

    end('b');
    await new Promise(setImmediate);
    expect(asked).toEqual(['a', 'b', 'c', 'd']);
    for (const stepId of ['a', 'c', 'd']) end(stepId);
    expect(await Promise.all(working)).toEqual(Array(4).fill('server_error'));
    close();
  });

  it('gives back untouched what still waits when too little time is left to begin', async () => {
    const { begin, asked, end, close } = createBatch();
    const closing = new AbortController();
    const working = ['a', 'b', 'c'].map((stepId) => begin(stepId));
    const waiting = begin('d', closing.signal);
    await new Promise(setImmediate);
    closing.abort(new TransientError({ stage: 'download', code: 'no_time', message: 'No time.' }));

    expect(await waiting).toBe('no_time');
    expect(asked).toEqual(['a', 'b', 'c']);
    for (const stepId of ['a', 'b', 'c']) end(stepId);
    await Promise.all(working);
    close();
  });
});

describe('archiveTask', () => {
  it.each([
    ['what failed for good', permanent, tableDown],
    ['what will pass', passing, passing],
  ])('comes back when %s cannot be recorded', async (_, error, expected) => {
    const run = createArchiveRun({ now: () => 0, getRemainingTimeInMillis: () => 900_000 });
    const taskLedger: TaskLedger = {
      findPurged: never,
      openTask: never,
      cancelTask: never,
      beginDiscovery: async () => opened,
      finishDiscovery: never,
      failDiscovery: fail(tableDown),
      postponeManifest: never,
    };
    const dependencies = {
      workflowApi: { listFiles: fail(error), listCompletedSteps: never, listSignedDocuments: never },
      documentScope: 'generated' as const,
      taskLedger,
      queue: { sendAll: never },
    };
    const trying = archiveTask({ taskId: '1', force: false, trigger: {} }, dependencies, { run, delivery });

    await expect(trying.finally(run.end)).rejects.toBe(expected);
  });
});
