import * as z from 'zod/mini';
import { readMediaType } from './content-type.ts';
import { PermanentError, type Stage, TransientError } from './errors.ts';
import { fallBack } from './fall-back.ts';
import type { HttpAnswer } from './http-get.ts';
import { openDocument } from './open-document.ts';
import { peekFirst } from './peek-first.ts';
import type { DocumentAnswer } from './ports.ts';
import { readLimited } from './read-limited.ts';
import { isErrorPage } from './recognise-content.ts';
import { readRetryAfter } from './retry-after.ts';

export const MAX_JSON_BYTES = 1024 * 1024;

/** What the vendor hands out in the place of a document. */
export const linkSchema = z.object({
  download_url: z.string().check(z.minLength(1)),
  file_name: fallBack(z.optional(z.string().check(z.minLength(1))), undefined),
});

/**
 * A link in JSON, or the bytes themselves. Without a telling type the first byte decides.
 *
 * Codes: `invalid_answer`, `too_large`, and those of the answer's bytes.
 * @see docs/chamelio-api.md, silence 4
 */
export async function readDocumentAnswer(answer: HttpAnswer, url: URL): Promise<DocumentAnswer> {
  const mediaType = readMediaType(answer.headers['content-type']);
  if (mediaType === 'text/html') {
    answer.close();
    throw createInvalidAnswer('resolve', 'HTML');
  }
  let { bytes } = answer;
  let isJson = /^application\/(?:[^;]+\+)?json$/.test(mediaType);
  if (!isJson && (mediaType === '' || mediaType === 'text/plain')) {
    const { first, all } = await peekFirst(bytes);
    if (isErrorPage(first, Number.POSITIVE_INFINITY, '')) {
      answer.close();
      throw createInvalidAnswer('resolve', 'HTML');
    }
    bytes = all;
    isJson = first.toString('latin1').trimStart().startsWith('{');
  }
  if (!isJson) return { kind: 'bytes', opened: openDocument({ ...answer, bytes }, url) };
  const json = await readLimited(bytes, MAX_JSON_BYTES, 'resolve');
  const { download_url, file_name } = parseAnswer(linkSchema, json, 'resolve');
  return { kind: 'link', url: download_url, redirects: 0, fileName: file_name };
}

const createInvalidAnswer = (stage: Stage, what: string) =>
  new PermanentError({ stage, code: 'invalid_answer', message: `The vendor answered 200 with ${what}.` });

/** The JSON of a 200. @throws PermanentError `invalid_answer` */
export function parseAnswer<T>(schema: z.ZodMiniType<T>, json: Buffer, stage: Stage): T {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder().decode(json));
  } catch {
    throw createInvalidAnswer(stage, 'something that is no JSON');
  }
  return checkAnswer(schema, value, stage);
}

/** What was parsed already. @throws PermanentError `invalid_answer` naming what is wrong */
export function checkAnswer<T>(schema: z.ZodMiniType<T>, value: unknown, stage: Stage): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const paths = result.error.issues.map(({ path }) => path.join('.') || 'an object');
  throw createInvalidAnswer(stage, `JSON in which this is missing or of another type: ${paths.join(', ')}`);
}

/** What an answer other than 200 means. Its body is left unread: it says nothing that the status doesn't. */
export function refuse(answer: HttpAnswer, stage: Stage, now: number): PermanentError | TransientError {
  answer.close();
  const { status } = answer;
  const fail = <Code extends string>(code: Code, message: string) => ({
    stage,
    code,
    message: `The vendor answered ${status}: ${message}`,
  });
  if (status === 401)
    return new TransientError({ ...fail('unauthorized', 'the API key is refused.'), retry: { brake: true } });
  if (status === 404)
    return new TransientError({ ...fail('not_found', 'not found.'), retry: { notReady: 'NOT_FOUND' } });
  if (status === 400 || status === 422) return new PermanentError(fail('id_refused', 'it cannot read the id.'));
  if (status === 501 && stage === 'resolve') {
    const retry = { notReady: 'NOT_AVAILABLE' } as const;
    return new TransientError({ ...fail('not_available', 'no document for this step, or not yet.'), retry });
  }
  if (status === 429) {
    const delaySeconds = readRetryAfter(answer.headers['retry-after'], now) ?? 0;
    return new TransientError({ ...fail('rate_limited', 'too many requests.'), retry: { brake: true, delaySeconds } });
  }
  if (status >= 500) return new TransientError(fail('server_error', 'an error of its own.'));
  return new TransientError(fail('unexpected_status', 'nothing that is documented.'));
}
