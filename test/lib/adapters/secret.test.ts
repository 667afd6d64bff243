import { expect, it } from '@jest/globals';
import { createParameterReader, createSecretReader } from '../../../lib/adapters/secret.ts';
import { createWebhookSecretsSchema } from '../../../lib/config.ts';
import { createFakeAws } from '../../support/aws-clients.ts';

function createReader(answer: object | Error) {
  const { client, calls } = createFakeAws(answer);
  const parameter = createParameterReader(client, '/archive/secret');
  return {
    read: createSecretReader({ read: parameter, schema: createWebhookSecretsSchema(), timeoutMs: 1_000 }),
    calls,
  };
}

it('reads the parameter decrypted', async () => {
  const { read, calls } = createReader({ Parameter: { Value: 'a-long-enough-secret\nanother-long-secret\n' } });

  expect(await read()).toEqual(['a-long-enough-secret', 'another-long-secret']);
  expect(calls).toEqual([['AmazonSSM.GetParameter', { Name: '/archive/secret', WithDecryption: true }]]);
});

it.each([
  ['a short secret', { Parameter: { Value: 'tooshort' } }],
  ['an empty value', { Parameter: { Value: '' } }],
  ['no parameter at all', {}],
])('takes %s for a failure that will pass, and does not repeat it', async (_, answer) => {
  const failure = await createReader(answer)
    .read()
    .catch((error: unknown) => error);
  expect(failure).toMatchObject({ name: 'TransientError', code: 'secret_invalid', stage: 'authenticate' });
  expect((failure as Error).message).not.toContain('tooshort');
});

it('takes a parameter that cannot be read for a failure that will pass', async () => {
  const failure = await createReader(new Error('secret host unreachable'))
    .read()
    .catch((error: unknown) => error);
  expect(failure).toMatchObject({ name: 'TransientError', code: 'secret_unavailable' });
  expect((failure as Error).message).not.toContain('host');
});

it.each([
  ['cannot be read', new Error('no such parameter')],
  ['is too short', { Parameter: { Value: 'tooshort' } }],
])('does not say which parameter %s: its name could be the secret, by mistake', async (_, answer) => {
  const failure = await createReader(answer)
    .read()
    .catch((error: unknown) => error);
  expect((failure as Error).message).not.toContain('/archive/secret');
});
