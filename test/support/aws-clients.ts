import { createAwsClient } from '../../lib/adapters/aws-client.ts';
import type { AwsClient, AwsService } from '../../lib/aws-call.ts';
import { credentials, region } from '../../local/local-account.ts';

/** A client as lib/runtime.ts connects it, that sends what it is told to, once. */
export const connectTestClient = (service: Exclude<AwsService, 's3'>, url: string) =>
  createAwsClient({ service, endpoint: new URL(url), region, credentials, maxAttempts: 1 });

export const connectTestBucket = ({ url, bucket }: { url: string; bucket: string }) =>
  createAwsClient({ service: 's3', endpoint: new URL(`${url}/${bucket}`), region, credentials, maxAttempts: 1 });

/** A service that answers every call alike, or fails it alike, and writes down what it was asked: target and input. */
export function createFakeAws(answer: object | Error) {
  const calls: [target: string, input: unknown][] = [];
  const client: AwsClient = {
    async send({ headers, body = [] }) {
      calls.push([headers?.['x-amz-target'] ?? '', JSON.parse(Buffer.concat(body).toString())]);
      if (answer instanceof Error) throw answer;
      return { headers: {}, text: JSON.stringify(answer) };
    },
    open: () => Promise.reject(new Error('nobody opens this')),
  };
  return { client, calls };
}
