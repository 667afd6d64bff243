import { expect, it } from '@jest/globals';
import { describeFailure } from '../../cli/describe-failure.ts';
import { TransientError } from '../../lib/errors.ts';

const refusal = (message: string) => Object.assign(new Error(message), { name: 'AccessDeniedException' });
const wrap = (cause: Error) =>
  new TransientError({ stage: 'record', code: 'table_unavailable', message: 'DynamoDB failed.', cause });
const named = (name: string) => Object.assign(new Error('of the SDK'), { name });

const user = 'User: arn:aws:iam::111122223333:user/operator is not authorized to perform:';
const table = 'arn:aws:dynamodb:eu-central-1:111122223333:table/archive';

it.each([
  [
    'names the permission that is missing, and on what',
    refusal(`${user} dynamodb:Query on resource: ${table} because no identity-based policy allows it`),
    `The credentials lack the permission dynamodb:Query on ${table}.`,
  ],
  [
    'names a permission that AWS names without a resource',
    refusal(`${user} sqs:sendmessage`),
    'The credentials lack the permission sqs:sendmessage.',
  ],
  [
    'finds the permission under what an adapter made of it',
    wrap(refusal(`${user} dynamodb:Query on resource: ${table}`)),
    `The credentials lack the permission dynamodb:Query on ${table}.`,
  ],
  [
    'asks for credentials where there are none',
    wrap(named('CredentialsProviderError')),
    'There are no AWS credentials: set a profile, or AWS_ACCESS_KEY_ID.',
  ],
  [
    'says that credentials have expired',
    wrap(named('ExpiredTokenException')),
    'The AWS credentials have expired: sign in again.',
  ],
  [
    'says that the session of a profile has expired',
    named('ExpiredToken'),
    'The AWS credentials have expired: sign in again.',
  ],
  [
    'asks for a region where there is none',
    new Error('Region is missing'),
    'There is no AWS region: set a profile, or AWS_REGION.',
  ],
  ['passes on what else an error says', new Error('The disk is full.'), 'The disk is full.'],
  [
    'says why the first of several addresses did not answer',
    new AggregateError([new Error('connect ECONNREFUSED ::1:8788'), new Error('connect ECONNREFUSED 127.0.0.1:8788')]),
    'connect ECONNREFUSED ::1:8788',
  ],
  ['has a sentence for an error that says nothing', new Error(''), 'It failed for an unknown reason.'],
  ['has a sentence for what is no error', 'rubbish', 'It failed for an unknown reason.'],
])('%s', (_, error, sentence) => {
  expect(describeFailure(error)).toBe(sentence);
});

it('ends where causes go in a circle', () => {
  const error = new Error('One.');
  error.cause = error;
  expect(describeFailure(error)).toBe('One.');
});
