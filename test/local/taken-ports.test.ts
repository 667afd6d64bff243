import { createServer } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import { listenOnLoopback } from '../../local/listen-on-loopback.ts';
import { describeTakenPorts } from '../../local/taken-ports.ts';

describe('taken ports', () => {
  it('says nothing when all are free, and frees what it tried', async () => {
    const { port, close } = await listenOnLoopback(createServer());
    await close();

    expect(await describeTakenPorts([port])).toBeUndefined();
    expect(await describeTakenPorts([port])).toBeUndefined();
  });

  it('names a taken port in one sentence that says what to do', async () => {
    const { port, close } = await listenOnLoopback(createServer());
    expect(await describeTakenPorts([port])).toBe(
      `Port ${port} is taken by another program: stop it, or run \`npm start -- --once\`, which takes any free ports.`,
    );
    await close();
  });

  it('names all of them at once', async () => {
    const [one, two] = await Promise.all([listenOnLoopback(createServer()), listenOnLoopback(createServer())]);
    expect(await describeTakenPorts([one.port, two.port])).toMatch(`Ports ${one.port}, ${two.port} are taken`);
    await Promise.all([one.close(), two.close()]);
  });
});
