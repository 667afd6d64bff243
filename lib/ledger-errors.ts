import { TransientError } from './errors.ts';

const LEASE_LOST = 'lease_lost';
const LEASE_LOST_DELAY_SECONDS = 30;

/** Somebody else has claimed the step since: what it becomes is theirs to say. */
export const createLeaseLost = (): TransientError =>
  new TransientError({
    stage: 'record',
    code: LEASE_LOST,
    message: 'Somebody else has claimed the step since.',
    retry: { scheduled: true, delaySeconds: LEASE_LOST_DELAY_SECONDS },
  });

export const isLeaseLost = (error: unknown): boolean => error instanceof TransientError && error.code === LEASE_LOST;

/** Five reads in a row that were outdated when the write came. */
export const createContended = (): TransientError =>
  new TransientError({ stage: 'record', code: 'record_contended', message: 'Others kept changing the record.' });
