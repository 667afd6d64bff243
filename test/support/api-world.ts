import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { type ApiDependencies, createApiHandler } from '../../handlers/api.ts';
import type { RouteKey } from '../../lib/api-request.ts';
import { TransientError } from '../../lib/errors.ts';
import { createLambdaContext } from '../../local/lambda-context.ts';

export const unavailable = async (): Promise<never> => {
  throw new TransientError({ stage: 'record', code: 'table_unavailable', message: 'DynamoDB failed (TimeoutError).' });
};

export const link = 'https://archive.s3.eu-central-1.amazonaws.com/a.pdf?X-Amz-Signature=0123456789abcdef';

/** The record of an archived document, as it stands in the table. */
export const archived = {
  task_id: '12345',
  step_id: 'review_step',
  schema: 1,
  status: 'ARCHIVED',
  bucket: 'archive',
  key: 'tasks/12345/steps/review_step/Contract.pdf',
  version_id: 'v2',
  etag: '"e"',
  file_name: 'Übersicht "Vertrag".pdf',
  content_type: 'application/pdf',
  size_bytes: 3343,
  sha256: 'a'.repeat(64),
  attempts: 1,
  not_ready_count: 0,
  sweeps: 0,
  created_at: '2026-11-24T11:08:00.708Z',
  updated_at: '2026-11-24T11:08:01.076Z',
  archived_at: '2026-11-24T11:08:01.076Z',
};

type Options = Partial<Pick<ApiDependencies, 'send' | 'signLink'>> & {
  records?: readonly Record<string, unknown>[];
  table?: Partial<ApiDependencies['table']>;
};

/** The handler over plain fakes, with these records in its table. */
export function createApiWorld({ records = [], table, signLink, send }: Options = {}) {
  const sent: string[] = [];
  const lines: Record<string, unknown>[] = [];
  const signed: unknown[] = [];
  let clock = 1_000;
  const handler = createApiHandler({
    log: (level, message, fields) => void lines.push({ level, message, ...fields }),
    now: () => (clock += 7),
    table: {
      read: async ({ taskId, stepId }) =>
        records.find(({ task_id, step_id }) => task_id === taskId && step_id === stepId),
      listRecords: async (taskId) => records.filter(({ task_id }) => task_id === taskId),
      ...table,
    },
    signLink:
      signLink ??
      (async (document) => {
        signed.push(document);
        return { url: link, expiresAt: new Date('2026-11-24T11:23:00Z') };
      }),
    send: send ?? (async (body) => void sent.push(body)),
  });

  /** What is answered to a request; ids are what the path names. */
  async function ask(
    routeKey: RouteKey | 'DELETE /tasks/{task_id}',
    pathParameters: Record<string, string> = { task_id: '12345', step_id: 'review_step' },
    event: Partial<APIGatewayProxyEventV2> = {},
  ) {
    const request = { version: '2.0', routeKey, pathParameters, isBase64Encoded: false, ...event };
    const answer: unknown = await handler(request as APIGatewayProxyEventV2, createLambdaContext('api', 10_000));
    const { statusCode, headers, body = '' } = answer as APIGatewayProxyStructuredResultV2;
    return { statusCode, headers, body: JSON.parse(body) as unknown };
  }

  return { ask, sent, lines, signed };
}
