#!/usr/bin/env node
import { setTimeout } from 'node:timers/promises';
import { runProgram } from './program.ts';
import { createTerminal } from './terminal.ts';

const interruption = new AbortController();
// The second one is impatience, and ends it at once.
process.once('SIGINT', () => interruption.abort());
// Whoever read the answer has gone, such as `head`: nothing more is begun.
process.stdout.on('error', () => interruption.abort());

process.exitCode = await runProgram(process.argv.slice(2), {
  env: process.env,
  terminal: createTerminal(process),
  now: () => Date.now(),
  wait: (ms, signal) => setTimeout(ms, undefined, { signal }),
  signal: interruption.signal,
});
