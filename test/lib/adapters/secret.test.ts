import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { afterEach, expect, it } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import { createSecretReader } from '../../../lib/adapters/secret.ts';
import { webhookSecretsSchema } from '../../../lib/config.ts';

const ssm = mockClient(SSMClient);
const client = new SSMClient({ region: 'eu-central-1' });
const read = createSecretReader({ client, name: '/archive/secret', schema: webhookSecretsSchema, timeoutMs: 1_000 });

afterEach(() => void ssm.reset());

it('reads the parameter decrypted', async () => {
  ssm
    .on(GetParameterCommand, { Name: '/archive/secret', WithDecryption: true })
    .resolves({ Parameter: { Value: 'a-long-enough-secret\nanother-long-secret\n' } });

  expect(await read()).toEqual(['a-long-enough-secret', 'another-long-secret']);
});

it.each([
  ['a short secret', { Parameter: { Value: 'tooshort' } }],
  ['an empty value', { Parameter: { Value: '' } }],
  ['no parameter at all', {}],
])('takes %s for a failure that will pass, and does not repeat it', async (_, answer) => {
  ssm.on(GetParameterCommand).resolves(answer);

  const failure = await read().catch((error: unknown) => error);
  expect(failure).toMatchObject({ name: 'TransientError', code: 'secret_invalid', stage: 'authenticate' });
  expect((failure as Error).message).not.toContain('tooshort');
});

it('takes a parameter that cannot be read for a failure that will pass', async () => {
  ssm.on(GetParameterCommand).rejects(new Error('secret host unreachable'));

  const failure = await read().catch((error: unknown) => error);
  expect(failure).toMatchObject({ name: 'TransientError', code: 'secret_unavailable' });
  expect((failure as Error).message).not.toContain('host');
});

it.each([
  ['cannot be read', () => ssm.on(GetParameterCommand).rejects(new Error('no such parameter'))],
  ['is too short', () => ssm.on(GetParameterCommand).resolves({ Parameter: { Value: 'tooshort' } })],
])('does not say which parameter %s: its name could be the secret, by mistake', async (_, answer) => {
  answer();

  const failure = await read().catch((error: unknown) => error);
  expect((failure as Error).message).not.toContain('/archive/secret');
});
