import { GetParameterCommand, type SSMClient } from '@aws-sdk/client-ssm';
import type * as z from 'zod';
import { TransientError } from '../errors.ts';

const createError = (code: string, message: string, cause?: unknown) =>
  new TransientError({ stage: 'authenticate', code, message, cause });

type Options<T> = { client: SSMClient; name: string; schema: z.ZodType<T>; timeoutMs: number };

/**
 * Reads a SecureString. Neither its value nor what is wrong with it gets into the error; nor does its name: the
 * secret itself may stand where its name belongs.
 *
 * Codes: `secret_unavailable`, `secret_invalid`.
 * @see https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameter.html
 */
export function createSecretReader<T>({ client, name, schema, timeoutMs }: Options<T>): () => Promise<T> {
  return async () => {
    const command = new GetParameterCommand({ Name: name, WithDecryption: true });
    const { Parameter } = await client
      .send(command, { abortSignal: AbortSignal.timeout(timeoutMs) })
      .catch((cause: Error) => {
        throw createError('secret_unavailable', `The SSM parameter could not be read (${cause.name}).`, cause);
      });
    const result = schema.safeParse(Parameter?.Value ?? '');
    if (!result.success) throw createError('secret_invalid', 'The SSM parameter is empty or too short.');
    return result.data;
  };
}
