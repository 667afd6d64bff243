import { fork } from 'node:child_process';
import { type Command, COMMANDS } from './commands.ts';
import type { Contender } from './contender.ts';
import type { Programs } from './describe-command.ts';
import { findVersion } from './find-version.ts';
import { receiveRun } from './receive-run.ts';
import { runCommand } from './run-command.ts';
import type { Job } from './worker.ts';

const OF_NODE = ['floor', 'ours', 'arrayBuffer', 'fetch + Upload', 'node:http + Upload'] as const;
/** A command starts anew for each document: five tell as much as a thousand would, minutes earlier. */
const MOST_OF_COMMAND = 5;

const createNodeContender = (worker: string, name: string): Contender => ({
  name,
  takeShare: (documents) => ({ documents, warmUps: Math.min(20, Math.ceil(documents / 10)) }),
  run: (task) => {
    const job: Job = { ...task, contender: name };
    return receiveRun(fork(worker, [JSON.stringify(job)]), name);
  },
});

const createCommandContender = (command: Command): Contender => ({
  name: command.name,
  takeShare: (documents) => ({ documents: Math.min(MOST_OF_COMMAND, documents), warmUps: 0 }),
  run: async (task) => ({ cpuSeconds: await runCommand(command, task) }),
});

/** What people write, and what they run of it all that is installed here. */
export async function findContenders(worker: string): Promise<{ contenders: Contender[]; programs: Programs }> {
  const programs: Programs = {};
  for (const program of COMMANDS.flatMap((command) => command.programs)) programs[program] = await findVersion(program);
  const commands = COMMANDS.filter((command) => command.programs.every((program) => programs[program]));
  const contenders = [
    ...OF_NODE.map((name) => createNodeContender(worker, name)),
    ...commands.map((command) => createCommandContender(command)),
  ];
  return { contenders, programs };
}
