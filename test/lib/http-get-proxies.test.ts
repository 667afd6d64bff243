import { execFile } from 'node:child_process';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { execPath } from 'node:process';
import { promisify } from 'node:util';
import { afterEach, expect, it } from '@jest/globals';
import { listenOnLoopback } from '../../local/listen-on-loopback.ts';
import { createHttpRig } from '../support/http-rig.ts';

const { open, listen, listenRaw, closeAll } = createHttpRig();
afterEach(closeAll);

const script = join(import.meta.dirname, '../support/proxy-process.ts');

it('uses no proxy, whatever the environment says', async () => {
  const tunnels: unknown[] = [];
  const proxy = createServer((_, response) => response.setHeader('server', 'proxy').end());
  proxy.on('connect', (request, socket) => {
    tunnels.push(request.url);
    socket.destroy();
  });
  const { url, close } = await listenOnLoopback(proxy);
  open.push({ close });
  const source = await listen((_, response) => response.setHeader('server', 'source').end());
  const secure = await listenRaw((socket) => void socket.destroy());
  const names = ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY'].flatMap((name) => [name, name.toLowerCase()]);
  const env = { NODE_USE_ENV_PROXY: '1', ...Object.fromEntries(names.map((name) => [name, url])) };
  const run = await promisify(execFile)(execPath, [script, source.url, `https://${secure.host}`], { env });

  expect(JSON.parse(run.stdout)).toEqual({
    download: 'source',
    vendor: 'source',
    secureDownload: 'connection_failed',
    secureVendor: 'connection_failed',
    asUsual: 'proxy',
  });
  expect(tunnels).toEqual([]);
});
