import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo, Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { type Stack, startStack } from '../../local/stack.ts';

const listening = 'tracing:net.server.listen:asyncEnd';
const servers: Server[] = [];
const keep = (message: unknown) => servers.push((message as { server: Server }).server);

let stack: Stack;
let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'chamelio-archive-'));
  subscribe(listening, keep);
  stack = await startStack({ directory, tasks: [], environment: { POWERTOOLS_LOG_LEVEL: 'SILENT' } });
});

afterAll(async () => {
  unsubscribe(listening, keep);
  await stack?.close();
  await rm(directory, { recursive: true, force: true });
});

it('listens on 127.0.0.1 only, with every server that the stack starts', () => {
  const addresses = servers.map((server) => server.address() as AddressInfo);
  const { webhookUrl, vendor, storage, s3, table, queue, bus } = stack;
  const known = [webhookUrl, vendor.url, storage.url, s3.url, table.url, queue.url, bus.url];

  expect(addresses.map(({ address }) => address)).toEqual(known.map(() => '127.0.0.1'));
  const ports = known.map((url) => Number(new URL(url).port));
  expect(new Set(addresses.map(({ port }) => port))).toEqual(new Set(ports));
});

it('leaves nothing listening once it is closed', async () => {
  await stack.close();

  expect(servers.map((server) => server.listening)).toEqual(servers.map(() => false));
});
