import { describe, expect, it } from '@jest/globals';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { verifySignature } from '../../../lib/middleware/verify-signature.ts';
import { signWebhook } from '../../../local/sign-webhook.ts';
import { runThrough } from '../../support/run-through.ts';

const MIB = 1024 * 1024;
const current = 'the-secret-of-these-tests';
const former = 'the-secret-before-that';

type Case = { body?: string; signature?: string; kept?: string[]; reread?: string[] };

/** What becomes of a body under this signature, and how often which reading of the secrets was asked for. */
async function verify({ body = '{}', signature, kept = [current], reread = kept }: Case) {
  const readings: string[] = [];
  const secrets = {
    read: async () => {
      readings.push('read');
      return kept;
    },
    reread: async () => {
      readings.push('reread');
      return reread;
    },
  };
  const headers = signature === undefined ? {} : { 'X-Chamelio-Signature': signature };
  const event = { headers, body, isBase64Encoded: false } as unknown as APIGatewayProxyEventV2;
  const outcome = await runThrough(verifySignature(secrets), event).catch((error: unknown) => error);
  return { outcome, readings };
}

describe('verifySignature', () => {
  it('lets in what is signed under the secret it has', async () => {
    expect(await verify({ signature: signWebhook('{}', current) })).toEqual({ outcome: 'done', readings: ['read'] });
  });

  it('lets in what is signed under any of several secrets', async () => {
    const { outcome } = await verify({ signature: signWebhook('{}', former), kept: [current, former] });

    expect(outcome).toBe('done');
  });

  it('reads the secrets again when none fits, in case they were rotated', async () => {
    const rotated = { signature: signWebhook('{}', current), kept: [former], reread: [current] };

    expect(await verify(rotated)).toEqual({ outcome: 'done', readings: ['read', 'reread'] });
  });

  it.each([
    ['no signature', undefined],
    ['the signature of another body', signWebhook('{ }', current)],
    ['the signature under another secret', signWebhook('{}', former)],
  ])('refuses %s', async (_, signature) => {
    const { outcome } = await verify(signature === undefined ? {} : { signature });

    expect(outcome).toMatchObject({ name: 'RefusedError', code: 'signature_invalid', statusCode: 401 });
  });

  it('takes a body of exactly 1 MiB', async () => {
    const body = 'a'.repeat(MIB);

    expect((await verify({ body, signature: signWebhook(body, current) })).outcome).toBe('done');
  });

  it('refuses a larger one before it reads a secret', async () => {
    expect(await verify({ body: 'a'.repeat(MIB + 1) })).toEqual({
      outcome: expect.objectContaining({ name: 'RefusedError', code: 'body_too_large', statusCode: 413 }),
      readings: [],
    });
  });
});
