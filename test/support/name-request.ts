import type { IncomingMessage } from 'node:http';
import { findOperation } from '../../local/s3/operations.ts';
import { parseRequest } from '../../local/s3/s3-request.ts';

export type Service = 'vendor' | 'storage' | 's3' | 'dynamodb' | 'sqs' | 'events';

/** What a request asks its service for, in that service's own words: "UploadPart", "UpdateItem of the step", "GET files". */
export function nameRequest(service: Service, request: IncomingMessage, body: readonly Buffer[]): string {
  const { method = '', url = '', headers } = request;
  if (service === 's3') return findOperation(parseRequest(request))?.name ?? 'Unknown';
  if (service === 'storage') return method;
  if (service === 'vendor') return `${method} ${/\/(document|files)(?:\?|$)/.exec(url)?.[1] ?? 'task'}`;
  const operation = String(headers['x-amz-target']).replace(/^.*\./, '');
  if (service !== 'dynamodb') return operation;
  return `${operation} of the ${JSON.parse(Buffer.concat(body).toString()).Key?.step_id?.S === '#task' ? 'task' : 'step'}`;
}
