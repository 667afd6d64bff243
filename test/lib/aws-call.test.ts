import { expect, it } from '@jest/globals';
import { callJson } from '../../lib/aws-call.ts';

const answering = (text: string) => ({
  send: async () => ({ headers: {}, text }),
  open: () => Promise.reject(new Error('nobody opens this')),
});

it.each([
  ['{"a":1}', { a: 1 }],
  ['', {}],
])('reads what a service answers (%s)', async (text, answer) => {
  expect(await callJson(answering(text), 'AmazonSQS.SendMessage', { input: {} })).toEqual(answer);
});

it('fails where the answer is none', async () => {
  await expect(callJson(answering('<html>'), 'AmazonSQS.SendMessage', { input: {} })).rejects.toMatchObject({
    name: 'MalformedAnswer',
    status: 502,
  });
});
