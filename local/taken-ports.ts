import { createServer } from 'node:http';
import { listenOnLoopback } from './listen-on-loopback.ts';

/** One sentence that says what to do about the ports somebody else listens on; nothing if all of them are free. */
export async function describeTakenPorts(ports: readonly number[]): Promise<string | undefined> {
  const taken: number[] = [];
  for (const port of ports) {
    if (await isTaken(port)) taken.push(port);
  }
  if (taken.length === 0) return undefined;
  const subject = taken.length === 1 ? `Port ${taken[0]} is` : `Ports ${taken.join(', ')} are`;
  return `${subject} taken by another program: stop it, or run \`npm start -- --once\`, which takes any free ports.`;
}

async function isTaken(port: number): Promise<boolean> {
  try {
    const probe = await listenOnLoopback(createServer(), port);
    await probe.close();
    return false;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') return true;
    throw error;
  }
}
