import { describe, expect, it } from '@jest/globals';
import {
  classifyError,
  createDeadlineError,
  describeError,
  PermanentError,
  RefusedError,
  TransientError,
} from '../../lib/errors.ts';

const details = { stage: 'download', code: 'too_large', message: 'A sentence.' } as const;

describe('the errors', () => {
  it.each([RefusedError, PermanentError, TransientError])('%p carries its name, stage, code and cause', (Kind) => {
    const cause = new Error('below');
    const error = new Kind({ ...details, cause });

    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({ ...details, cause, name: Kind.name });
  });

  it('are refused with 400 and without issues unless it is said otherwise', () => {
    expect(new RefusedError(details)).toMatchObject({ statusCode: 400, issues: [] });
  });

  it('are refused with the given status and issues', () => {
    const issues = [{ path: 'data.task_id', message: 'expected a string' }];

    expect(new RefusedError({ ...details, statusCode: 413, issues })).toMatchObject({ statusCode: 413, issues });
  });

  it('are tried again as the back-off has it unless it is said otherwise', () => {
    expect(new TransientError(details).retry).toEqual({});
  });

  it('are tried again as is said', () => {
    const retry = {
      delaySeconds: 90,
      brake: true,
      notReady: 'NOT_AVAILABLE',
      untouched: true,
      startOver: true,
    } as const;

    expect(new TransientError({ ...details, retry }).retry).toEqual(retry);
  });
});

describe('classifyError', () => {
  it.each([new RefusedError(details), new PermanentError(details), new TransientError(details)])(
    'leaves a %p as it is',
    (error) => {
      expect(classifyError(error, 'store')).toBe(error);
    },
  );

  it.each([
    ['an error', new RangeError('https://bucket/?X-Amz-Signature=abc'), 'Unexpected RangeError.'],
    ['a text', 'https://bucket/?X-Amz-Signature=abc', 'Unexpected string.'],
    ['nothing', undefined, 'Unexpected undefined.'],
    ['an object that looks like one of ours', { ...details, name: 'PermanentError' }, 'Unexpected object.'],
  ])('takes %s for transient, without its message, which could hold a secret', (_, thrown, message) => {
    const error = classifyError(thrown, 'store');

    expect(error).toBeInstanceOf(TransientError);
    expect(error).toMatchObject({ stage: 'store', code: 'unexpected', message, cause: thrown });
  });
});

describe('createDeadlineError', () => {
  it('is transient and keeps what the deadline cut off', () => {
    const cause = new Error('aborted');
    const error = createDeadlineError('store', cause);

    expect(error).toBeInstanceOf(TransientError);
    expect(error).toMatchObject({ stage: 'store', code: 'deadline', cause });
  });
});

describe('describeError', () => {
  it('keeps stage, code and message, and nothing that could hold a secret', () => {
    const error = new PermanentError({ ...details, cause: new Error('https://bucket/?X-Amz-Signature=abc') });

    expect(describeError(error)).toEqual(details);
  });

  it('cuts the message at 1 KiB of UTF-8, never inside a character', () => {
    const { message } = describeError(new PermanentError({ ...details, message: `a${'ü'.repeat(600)}` }));

    expect(message).toBe(`a${'ü'.repeat(511)}`);
  });
});
