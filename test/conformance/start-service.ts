import { type ChildProcess, spawn } from 'node:child_process';
import { openSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { listenOnLoopback } from '../../local/listen-on-loopback.ts';

const START_MS = 60_000;
const LOOK_MS = 100;

/** `directory` takes what the program writes, and its log under `name`. */
type Program = { name: string; command: string; args: (port: number) => string[]; directory: string };

/** Starts a server on a free port and waits until it answers; `onSpawn` gets its process at once, so that somebody ends it. */
export async function startService(program: Program, onSpawn: (child: ChildProcess) => void): Promise<string> {
  const { name, command, args, directory } = program;
  const free = await listenOnLoopback(createServer());
  await free.close();
  const logFile = join(directory, `${name}.log`);
  const log = openSync(logFile, 'w');
  const child = spawn(command, args(free.port), { cwd: directory, stdio: ['ignore', log, log] });
  onSpawn(child);
  const deadline = Date.now() + START_MS;
  while (!(await answers(free.url))) {
    if (child.exitCode !== null || child.signalCode !== null || Date.now() > deadline) {
      throw new Error(`${name} does not answer: see ${logFile}.`);
    }
    await wait(LOOK_MS);
  }
  return free.url;
}

/** Whatever it says to such a request. */
const answers = (url: string) =>
  fetch(url).then(
    () => true,
    () => false,
  );
