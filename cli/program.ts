import { Command, CommanderError } from 'commander';
import { addArchive } from './archive.ts';
import { addBackfill } from './backfill.ts';
import { type Context, EXIT, type ExitCode, type Run } from './context.ts';
import { describeFailure } from './describe-failure.ts';
import { addDoctor } from './doctor.ts';
import { addPurge } from './purge.ts';
import { addRedrive } from './redrive.ts';
import { addSend } from './send.ts';
import { addStatus } from './status.ts';
import { UsageError } from './usage-error.ts';
import { addVerify } from './verify.ts';

/** Adds one command; `run` takes what it does, whose answer is the exit code. */
export type AddCommand = (program: Command, context: Context, run: (work: () => Run) => Promise<void>) => void;

const COMMANDS: readonly AddCommand[] = [
  addArchive,
  addBackfill,
  addDoctor,
  addPurge,
  addRedrive,
  addSend,
  addStatus,
  addVerify,
];

/**
 * The operator's command line: parses the words behind its name, does what they say, and gives the exit code.
 * @see docs/operations.md "The command line"
 */
export async function runProgram(words: readonly string[], context: Context): Promise<ExitCode> {
  const { terminal } = context;
  let exitCode: ExitCode = EXIT.ok;
  const program = new Command('chamelio-archive')
    .description('Looks after a Chamelio Archive: what is there, what is missing, and what to do about it.')
    .exitOverride()
    .showSuggestionAfterError()
    .configureOutput({
      writeOut: (text) => terminal.print(text.trimEnd()),
      writeErr: (text) => terminal.note(text.trimEnd()),
    });
  const run = async (work: () => Run) => {
    exitCode = await work();
  };
  for (const add of COMMANDS) add(program, context, run);
  try {
    await program.parseAsync(words, { from: 'user' });
    return exitCode;
  } catch (error) {
    // It has said what it has to say.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    terminal.note(describeFailure(error));
    return error instanceof UsageError ? EXIT.usage : EXIT.failed;
  }
}
