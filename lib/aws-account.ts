import * as z from 'zod/mini';
import type { AwsService } from './aws-call.ts';
import { createConfigError, type Environment, listProblems } from './config.ts';
import type { Credentials } from './sign-request.ts';

const schema = z.object({
  AWS_REGION: z.string('is missing'),
  AWS_ACCESS_KEY_ID: z.string('is missing'),
  AWS_SECRET_ACCESS_KEY: z.string('is missing'),
  AWS_SESSION_TOKEN: z.optional(z.string()),
});

export type AwsAccount = {
  region: string;
  /** Rejects, naming what is missing. */
  credentials: () => Promise<Credentials>;
  locate: (service: Exclude<AwsService, 's3' | 'sqs'>) => URL;
  locateQueue: (queueUrl: string) => URL;
  locateBucket: (bucket: string) => URL;
};

/**
 * Who asks AWS, and where it is: what Lambda puts into the environment of a function, and `AWS_ENDPOINT_URL` or
 * `AWS_ENDPOINT_URL_SQS` of whoever has a service of their own, and `AWS_USE_FIPS_ENDPOINT`.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
 * @see https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
 */
export function readAwsAccount(env: Environment): AwsAccount {
  const { AWS_REGION: region = '' } = env;
  const domain = `${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`;
  const fips = env.AWS_USE_FIPS_ENDPOINT === 'true' ? '-fips' : '';
  const findEndpoint = (service: string) => env[`AWS_ENDPOINT_URL_${service}`] || env.AWS_ENDPOINT_URL || undefined;
  let known: Credentials | undefined;
  return {
    region,
    // Once, not for each request: a function keeps its environment.
    credentials: async () => (known ??= readCredentials(env)),
    locate: (service) => new URL(findEndpoint(ENDPOINTS[service]) ?? `https://${service}${fips}.${domain}`),
    // A queue's URL can name an endpoint in a network of its own.
    locateQueue: (queueUrl) => new URL(findEndpoint('SQS') ?? new URL(queueUrl).origin),
    locateBucket: (bucket) => {
      const endpoint = findEndpoint('S3');
      if (endpoint !== undefined) return new URL(`${endpoint.replace(/\/$/, '')}/${bucket}`);
      // AWS's certificate is for one label, and has no dot in it.
      return new URL(
        bucket.includes('.') ? `https://s3${fips}.${domain}/${bucket}` : `https://${bucket}.s3${fips}.${domain}`,
      );
    },
  };
}

function readCredentials(env: Environment): Credentials {
  const found = schema.safeParse(env);
  if (!found.success) throw createConfigError(listProblems(found.error));
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey, AWS_SESSION_TOKEN } = found.data;
  return { accessKeyId, secretAccessKey, ...(AWS_SESSION_TOKEN ? { sessionToken: AWS_SESSION_TOKEN } : {}) };
}

const ENDPOINTS = { dynamodb: 'DYNAMODB', events: 'EVENTBRIDGE', ssm: 'SSM' };
