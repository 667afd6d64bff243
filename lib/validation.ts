import * as z from 'zod/mini';
import { type Issue, RefusedError } from './errors.ts';

/** zod's findings as the contract shows them: a dotted path and a sentence. */
export const listIssues = (error: z.core.$ZodError): Issue[] =>
  error.issues.map(({ path, message }) => ({ path: path.join('.'), message }));

/** What a whole body has to be, for whoever gave something else. */
export const EXPECTED_OBJECT = 'expected a JSON object';

/**
 * Parses what came from outside.
 * @throws RefusedError `invalid` naming each field and what was expected
 */
export function parseInput<T>(schema: z.core.$ZodType<T>, input: unknown): T {
  const result = z.safeParse(schema, input);
  if (result.success) return result.data;
  const issues = listIssues(result.error);
  const [first] = issues as [Issue];
  const message = first.path === '' ? first.message : `${first.path}: ${first.message}`;
  throw new RefusedError({ stage: 'validate', code: 'invalid', message, issues });
}

/** @throws RefusedError `invalid` when the text is not JSON */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const issue = { path: '', message: 'expected JSON' };
    throw new RefusedError({ stage: 'validate', code: 'invalid', message: issue.message, issues: [issue], cause });
  }
}
