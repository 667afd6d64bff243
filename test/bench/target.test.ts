import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { startTarget } from '../../bench/target.ts';

let target: Awaited<ReturnType<typeof startTarget>>;
let url: string;
beforeEach(async () => {
  target = await startTarget();
  url = `${target.url}/archive/Contract.pdf`;
});
afterEach(() => target.close());

const put = (query: string, body: string) => fetch(`${url}${query}`, { method: 'PUT', body });
const head = () => fetch(url, { method: 'HEAD' });

it('knows the size of what it has dropped', async () => {
  await put('', 'four');
  expect((await head()).headers.get('content-length')).toBe('4');
});

it('adds up the parts of an object', async () => {
  await put('?uploadId=1&partNumber=1', 'four');
  await put('?uploadId=1&partNumber=2', 'again');
  expect((await head()).headers.get('content-length')).toBe('9');
});

it('knows nothing of what did not come', async () => {
  expect((await head()).status).toBe(404);
});

it('takes no question for an object', async () => {
  await put('', 'four');
  await head();
  expect(target.takeStored()).toEqual({ objects: 1, bytes: 4 });
});

it('counts anew once it was asked', async () => {
  await put('', 'four');
  target.takeStored();
  expect(target.takeStored()).toEqual({ objects: 0, bytes: 0 });
});
