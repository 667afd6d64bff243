import type * as z from 'zod/mini';
import { type AwsClient, callJson } from '../aws-call.ts';
import { TransientError } from '../errors.ts';

const createError = (code: string, message: string, cause?: unknown) =>
  new TransientError({ stage: 'authenticate', code, message, cause });

/** What a parameter holds, decrypted. */
export type ReadParameter = (signal: AbortSignal) => Promise<string | undefined>;

type Options<T> = { read: ReadParameter; schema: z.ZodMiniType<T>; timeoutMs: number };

/**
 * Reads a SecureString. Neither its value nor what is wrong with it gets into the error; nor does its name: the
 * secret itself may stand where its name belongs.
 *
 * Codes: `secret_unavailable`, `secret_invalid`.
 */
export function createSecretReader<T>({ read, schema, timeoutMs }: Options<T>): () => Promise<T> {
  return async () => {
    const value = await read(AbortSignal.timeout(timeoutMs)).catch((cause: Error) => {
      throw createError('secret_unavailable', `The SSM parameter could not be read (${cause.name}).`, cause);
    });
    const result = schema.safeParse(value ?? '');
    if (!result.success) throw createError('secret_invalid', 'The SSM parameter is empty or too short.');
    return result.data;
  };
}

/** @see https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameter.html */
export const createParameterReader =
  (client: AwsClient, name: string): ReadParameter =>
  async (signal) => {
    const input = { Name: name, WithDecryption: true };
    const answer = await callJson(client, 'AmazonSSM.GetParameter', { input, signal });
    return (answer as { Parameter?: { Value?: string } }).Parameter?.Value;
  };
