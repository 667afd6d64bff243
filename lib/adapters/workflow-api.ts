import * as z from 'zod/mini';
import type { CachedSecret } from '../cached-secret.ts';
import { readDocumentId } from '../document-id.ts';
import { writeDocumentPath } from '../document-path.ts';
import { PermanentError, type Stage, TransientError } from '../errors.ts';
import { fallBack } from '../fall-back.ts';
import type { HttpAnswer, HttpGet } from '../http-get.ts';
import { identifierSchema } from '../identifier.ts';
import type { DocumentAnswer, WorkflowApi } from '../ports.ts';
import { readLimited } from '../read-limited.ts';
import { checkAnswer, linkSchema, MAX_JSON_BYTES, parseAnswer, readDocumentAnswer, refuse } from '../vendor-answer.ts';

const PAGE_SIZE = 10;

const optionalNumber = fallBack(z.optional(z.number()), undefined);
const optionalId = fallBack(z.optional(identifierSchema), undefined);

const filesSchema = z.object({ files: z.array(z.unknown()), total_files: optionalNumber });
const fileSchema = z.object({
  variable_id: z.optional(z.unknown()),
  step_id: optionalId,
  file_id: optionalId,
});

const signedDocumentsSchema = z.object({ documents: z.array(z.unknown()), total: optionalNumber });
const signedDocumentSchema = z.object({ file_id: identifierSchema });

const statusSchema = z.object({
  task: z.object({ status: fallBack(z.string(), ''), completed_at: fallBack(z.optional(z.string()), undefined) }),
});

const taskSchema = z.object({ task: z.object({ step_runs: z.array(z.unknown()) }) });
const completedRunSchema = z.object({ step_id: identifierSchema, status: z.string().check(z.regex(/^completed$/i)) });

type Options = {
  baseUrl: string;
  apiKey: CachedSecret<string>;
  get: HttpGet;
  now: () => number;
  /** For whom uploaded files are asked for. */
  userEmail?: string | undefined;
};

/**
 * The vendor's API. The key goes here and nowhere else; redirects are handed back as links, not followed.
 *
 * Codes: `unauthorized`, `not_found`, `not_available`, `id_refused`, `rate_limited`, `server_error`,
 * `unexpected_status`, `invalid_answer`, `too_large`, `user_email_missing`, and those of `createHttpGet`.
 * @see docs/chamelio-api.md; docs/design.md "What each answer leads to"
 */
export function createWorkflowApi({ baseUrl, apiKey, get, now, userEmail }: Options): WorkflowApi {
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

  async function requestJson<T>(
    path: string,
    schema: z.ZodMiniType<T>,
    { stage = 'discover', signal }: { stage?: Stage; signal: AbortSignal },
  ): Promise<T> {
    const { answer } = await request(path, stage, signal);
    if (answer.status !== 200) throw refuse(answer, stage, now());
    return parseAnswer(schema, await readLimited(answer.bytes, MAX_JSON_BYTES, stage), stage);
  }

  async function requestContent(path: string, signal: AbortSignal): Promise<DocumentAnswer> {
    const { answer, url } = await request(path, 'resolve', signal);
    const { location } = answer.headers;
    if ([301, 302, 303, 307, 308].includes(answer.status) && location) {
      answer.close();
      return { kind: 'link', url: URL.parse(location, url.href)?.href ?? location, redirects: 1 };
    }
    if (answer.status !== 200) throw refuse(answer, 'resolve', now());
    return readDocumentAnswer(answer, url);
  }

  /** Only all of a task's signed documents can be asked for. */
  async function requestSigned(path: string, fileId: string, signal: AbortSignal): Promise<DocumentAnswer> {
    const { documents } = await requestJson(path, signedDocumentsSchema, { stage: 'resolve', signal });
    const entry = documents.find((document) => signedDocumentSchema.safeParse(document).data?.file_id === fileId);
    if (entry === undefined) throw createNotListed();
    const { download_url, file_name } = checkAnswer(linkSchema, entry, 'resolve');
    return { kind: 'link', url: download_url, redirects: 0, fileName: file_name };
  }

  return {
    async requestDocument(step, signal) {
      const path = writeDocumentPath(step);
      const origin = readDocumentId(step.stepId);
      if (origin.kind === 'step') return requestContent(path, signal);
      if (origin.kind === 'signed') return requestSigned(path, origin.fileId, signal);
      if (userEmail === undefined) throw createUserEmailMissing();
      return requestContent(`${path}?user_email=${encodeURIComponent(userEmail)}`, signal);
    },

    async listFiles(taskId, signal) {
      const path = `/tasks/${encodeURIComponent(taskId)}/files`;
      const { files, total_files: total } = await requestJson(path, filesSchema, { signal });
      const entries = files.flatMap((file) => fileSchema.safeParse(file).data ?? []);
      return {
        files: entries.map(({ step_id, variable_id, file_id }) => ({
          stepId: step_id,
          isGenerated: variable_id == null,
          fileId: file_id,
        })),
        isCut: total === undefined ? files.length >= PAGE_SIZE : total > files.length,
        unlistedCount: Math.max(0, (total ?? 0) - files.length),
      };
    },

    async listSignedDocuments(taskId, signal) {
      const path = `/tasks/${encodeURIComponent(taskId)}/signed-documents`;
      const { documents, total = 0 } = await requestJson(path, signedDocumentsSchema, { signal });
      const named = documents.flatMap((document) => signedDocumentSchema.safeParse(document).data?.file_id ?? []);
      // Of two with one id only one can be asked for.
      const fileIds = [...new Set(named)];
      return { fileIds, unlistedCount: Math.max(total, documents.length) - fileIds.length };
    },

    async readTaskStatus(taskId, signal) {
      const { task } = await requestJson(`/tasks/${encodeURIComponent(taskId)}`, statusSchema, { signal });
      if (/^cancell?ed$/i.test(task.status)) return 'canceled';
      return /^completed$/i.test(task.status) || task.completed_at ? 'completed' : 'open';
    },

    async listCompletedSteps(taskId, signal) {
      const { task } = await requestJson(`/tasks/${encodeURIComponent(taskId)}`, taskSchema, { signal });
      return task.step_runs.flatMap((run) => completedRunSchema.safeParse(run).data?.step_id ?? []);
    },
  };
}

const createNotListed = () =>
  new TransientError({
    stage: 'resolve',
    code: 'not_found',
    message: 'The vendor does not list the signed document.',
    retry: { notReady: 'NOT_FOUND' },
  });

const createUserEmailMissing = () =>
  new PermanentError({
    stage: 'resolve',
    code: 'user_email_missing',
    message: 'Uploaded files are only given to somebody: CHAMELIO_USER_EMAIL is not set.',
  });
