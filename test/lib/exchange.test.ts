import { request } from 'node:http';
import { createServer } from 'node:net';
import { expect, it } from '@jest/globals';
import { exchange } from '../../lib/exchange.ts';

it('hands the connection no more than a chunk ahead of what it has taken', async () => {
  const chunkBytes = 256 * 1024;
  const server = createServer((socket) => void socket.pause());
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const outgoing = request({ port: (server.address() as { port: number }).port, method: 'PUT' });
  const answering = exchange(
    outgoing,
    Array.from({ length: 80 }, () => Buffer.alloc(chunkBytes)),
  );
  const [, socket] = await Promise.all([
    new Promise((resolve) => void server.once('connection', resolve)),
    new Promise<{ bytesWritten: number }>((resolve) => void outgoing.once('socket', resolve)),
  ]);
  // Until the other side's buffers are full.
  for (let before = -1; before < socket.bytesWritten; await new Promise(setImmediate)) before = socket.bytesWritten;

  const waitingBytes = outgoing.writableLength;
  outgoing.destroy();
  await expect(answering).rejects.toThrow();
  server.close();

  expect(waitingBytes).toBeLessThanOrEqual(2 * chunkBytes);
});
