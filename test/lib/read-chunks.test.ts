import { PassThrough, Readable } from 'node:stream';
import { expect, it } from '@jest/globals';
import { createChunkReader } from '../../lib/read-chunks.ts';

it('hands out every chunk in order, and then nothing, however often it is asked', async () => {
  const read = createChunkReader(Readable.from([Buffer.from('a'), Buffer.from('b')], { objectMode: false }));

  expect([String(await read()), String(await read()), await read(), await read()]).toEqual([
    'a',
    'b',
    undefined,
    undefined,
  ]);
});

it('waits for what has not come yet', async () => {
  const body = new PassThrough();
  const chunk = createChunkReader(body)();
  body.end('late');

  expect(String(await chunk)).toBe('late');
});

it.each([
  ['while it is waited for', false],
  ['before it is asked', true],
])('fails with what broke it %s, and hands out nothing more', async (_when, isBefore) => {
  const body = new PassThrough();
  const read = createChunkReader(body);
  const failure = new Error('broken');
  body.write('a');
  if (!isBefore) await read();
  const chunk = isBefore ? undefined : read();
  body.destroy(failure);
  if (isBefore) await new Promise(setImmediate);

  await expect(chunk ?? read()).rejects.toBe(failure);
});

it('fails where a stream was closed before its end and nobody says why', async () => {
  const body = new PassThrough();
  const chunk = createChunkReader(body)();
  body.destroy();

  await expect(chunk).rejects.toMatchObject({ code: 'ECONNRESET' });
});
