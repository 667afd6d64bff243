import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import * as z from 'zod';
import { RefusedError } from '../../lib/errors.ts';
import { listIssues, parseInput, parseJson } from '../../lib/validation.ts';

const schema = z.object({
  data: z.object({ task_id: z.string('expected a text'), size: z.number('expected a number').optional() }),
});

function catchRefusal(run: () => unknown): RefusedError {
  try {
    run();
  } catch (error) {
    if (error instanceof RefusedError) return error;
    throw error;
  }
  throw new Error('Nothing was refused.');
}

describe('parseInput', () => {
  it('hands back what fits, without what is not in the schema', () => {
    expect(parseInput(schema, { data: { task_id: 'a', more: 1 } })).toEqual({ data: { task_id: 'a' } });
  });

  it('refuses with 400 and names every field and what was expected', () => {
    expect(catchRefusal(() => parseInput(schema, { data: { size: 'big' } }))).toMatchObject({
      stage: 'validate',
      code: 'invalid',
      statusCode: 400,
      message: 'data.task_id: expected a text',
      issues: [
        { path: 'data.task_id', message: 'expected a text' },
        { path: 'data.size', message: 'expected a number' },
      ],
    });
  });

  it('names no field when the whole is wrong', () => {
    expect(catchRefusal(() => parseInput(z.object({}, 'expected an object'), 1))).toMatchObject({
      message: 'expected an object',
      issues: [{ path: '', message: 'expected an object' }],
    });
  });
});

describe('listIssues', () => {
  it('writes the place in a list as a dotted path', () => {
    const { error } = z.object({ files: z.array(z.string('expected a text')) }).safeParse({ files: ['a', 1] });

    expect(listIssues(error as z.ZodError)).toEqual([{ path: 'files.1', message: 'expected a text' }]);
  });
});

describe('parseJson', () => {
  it('hands back any JSON', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(parseJson(text)).toEqual(JSON.parse(text));
      }),
    );
  });

  it.each(['', '{', 'undefined', "{'a':1}", '\uFEFF{}', '{}x'])('refuses %p with 400', (text) => {
    const refusal = catchRefusal(() => parseJson(text));

    expect(refusal).toMatchObject({
      stage: 'validate',
      code: 'invalid',
      statusCode: 400,
      message: 'expected JSON',
      issues: [{ path: '', message: 'expected JSON' }],
    });
    expect(refusal.cause).toBeInstanceOf(SyntaxError);
  });
});
