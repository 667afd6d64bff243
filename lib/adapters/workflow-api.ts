import * as z from 'zod';
import type { CachedSecret } from '../cached-secret.ts';
import { readMediaType } from '../content-type.ts';
import { PermanentError, type Stage, TransientError } from '../errors.ts';
import type { HttpAnswer, HttpGet } from '../http-get.ts';
import { identifierSchema } from '../identifier.ts';
import { openDocument } from '../open-document.ts';
import { peekFirst } from '../peek-first.ts';
import type { DocumentAnswer, WorkflowApi } from '../ports.ts';
import { readLimited } from '../read-limited.ts';
import { isErrorPage } from '../recognise-content.ts';
import { readRetryAfter } from '../retry-after.ts';

const MAX_JSON_BYTES = 1024 * 1024;
const PAGE_SIZE = 10;

const linkSchema = z.object({
  download_url: z.string().min(1),
  file_name: z.string().min(1).optional().catch(undefined),
});

const filesSchema = z.object({ files: z.array(z.unknown()), total_files: z.number().optional().catch(undefined) });
const fileSchema = z.object({
  variable_id: z.unknown().optional(),
  step_id: identifierSchema.optional().catch(undefined),
});

const statusSchema = z.object({
  task: z.object({ status: z.string().catch(''), completed_at: z.string().optional().catch(undefined) }),
});

const taskSchema = z.object({ task: z.object({ step_runs: z.array(z.unknown()) }) });
const completedRunSchema = z.object({ step_id: identifierSchema, status: z.string().regex(/^completed$/i) });

type Options = { baseUrl: string; apiKey: CachedSecret<string>; get: HttpGet; now: () => number };

/**
 * The vendor's API. The key goes here and nowhere else; redirects are handed back as links, not followed.
 *
 * Codes: `unauthorized`, `not_found`, `not_available`, `id_refused`, `rate_limited`, `server_error`,
 * `unexpected_status`, `invalid_answer`, `too_large`, and those of `createHttpGet`.
 * @see docs/chamelio-api.md; docs/design.md "What each answer leads to"
 */
export function createWorkflowApi({ baseUrl, apiKey, get, now }: Options): WorkflowApi {
  async function request(path: string, stage: Stage, signal: AbortSignal): Promise<{ answer: HttpAnswer; url: URL }> {
    const url = new URL(baseUrl + path);
    // The base URL is the operator's own: it may well be a private endpoint.
    const ask = (key: string) => get(url, { headers: { 'x-api-key': key }, stage, signal, mayBePrivate: true });
    const key = await apiKey.read();
    const answer = await ask(key);
    if (answer.status !== 401) return { answer, url };
    answer.close();
    const newKey = await apiKey.reread();
    return { answer: newKey === key ? answer : await ask(newKey), url };
  }

  async function requestJson<T>(path: string, schema: z.ZodType<T>, signal: AbortSignal): Promise<T> {
    const { answer } = await request(path, 'discover', signal);
    if (answer.status !== 200) throw refuse(answer, 'discover', now());
    return parseAnswer(schema, await readLimited(answer.bytes, MAX_JSON_BYTES, 'discover'), 'discover');
  }

  return {
    async requestDocument({ taskId, stepId }, signal) {
      const path = `/tasks/${encodeURIComponent(taskId)}/steps/${encodeURIComponent(stepId)}/document`;
      const { answer, url } = await request(path, 'resolve', signal);
      const { location } = answer.headers;
      if ([301, 302, 303, 307, 308].includes(answer.status) && location) {
        answer.close();
        return { kind: 'link', url: URL.parse(location, url.href)?.href ?? location, redirects: 1 };
      }
      if (answer.status !== 200) throw refuse(answer, 'resolve', now());
      return readDocumentAnswer(answer, url);
    },

    async listFiles(taskId, signal) {
      const path = `/tasks/${encodeURIComponent(taskId)}/files`;
      const { files, total_files: total } = await requestJson(path, filesSchema, signal);
      const entries = files.flatMap((file) => fileSchema.safeParse(file).data ?? []);
      return {
        files: entries.map(({ step_id, variable_id }) => ({ stepId: step_id, isGenerated: variable_id == null })),
        isCut: total === undefined ? files.length >= PAGE_SIZE : total > files.length,
      };
    },

    async readTaskStatus(taskId, signal) {
      const { task } = await requestJson(`/tasks/${encodeURIComponent(taskId)}`, statusSchema, signal);
      if (/^cancell?ed$/i.test(task.status)) return 'canceled';
      return /^completed$/i.test(task.status) || task.completed_at ? 'completed' : 'open';
    },

    async listCompletedSteps(taskId, signal) {
      const { task } = await requestJson(`/tasks/${encodeURIComponent(taskId)}`, taskSchema, signal);
      return task.step_runs.flatMap((run) => completedRunSchema.safeParse(run).data?.step_id ?? []);
    },
  };
}

/** A link in JSON, or the bytes themselves. Without a telling type the first byte decides. */
async function readDocumentAnswer(answer: HttpAnswer, url: URL): Promise<DocumentAnswer> {
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

function parseAnswer<T>(schema: z.ZodType<T>, json: Buffer, stage: Stage): T {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder().decode(json));
  } catch {
    throw createInvalidAnswer(stage, 'something that is no JSON');
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const paths = result.error.issues.map(({ path }) => path.join('.') || 'an object');
  throw createInvalidAnswer(stage, `JSON in which this is missing or of another type: ${paths.join(', ')}`);
}

/** What an answer other than 200 means. Its body is left unread: it says nothing that the status doesn't. */
function refuse(answer: HttpAnswer, stage: Stage, now: number): PermanentError | TransientError {
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
