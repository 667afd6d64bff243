import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import type { Environment } from '../../lib/config.ts';

const PATIENCE_MS = 5_000;

/**
 * Who asks, as AWS knows them (an ARN); undefined where nobody says. Whoever has S3 at an address of their own is not
 * looked up at AWS.
 * @see https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
 */
export async function findCaller(env: Environment): Promise<string | undefined> {
  const isElsewhere = Boolean(env.AWS_ENDPOINT_URL_S3) && !env.AWS_ENDPOINT_URL_STS && !env.AWS_ENDPOINT_URL;
  if (isElsewhere) return undefined;
  const client = new STSClient({ maxAttempts: 1 });
  const asking = client.send(new GetCallerIdentityCommand({}), { abortSignal: AbortSignal.timeout(PATIENCE_MS) });
  const answer = await asking.catch(() => undefined);
  client.destroy();
  return answer?.Arn;
}
