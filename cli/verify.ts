import { readDocumentIdentifier, readIdentifier } from './identifier-argument.ts';
import type { AddCommand } from './program.ts';
import { UsageError } from './usage-error.ts';
import { runVerify } from './verify-run.ts';
import type { Scope } from './verify-summary.ts';

/** Only their names are held, and that stays small; who wants more wants all. */
const MAX_SAMPLE = 100_000;

type Flags = { sample?: string; all?: true; report?: string; json?: true };

const HELP = `
Reads archived objects back in the recorded version, hashes them again and compares them with their records and with
the checksums that S3 keeps. Only reads: the report is all that it writes, FILE.json and FILE.html.

Examples:
  chamelio-archive verify 12345                       every document of a task
  chamelio-archive verify 12345 review_step           one document
  chamelio-archive verify --sample 500                500 documents drawn at random
  chamelio-archive verify --all --report audit-2026   everything, and the bucket against the table

Exit codes: 0 all as recorded, 1 something is not, could not be read, or nothing was there to check, 2 wrong words or
settings, 3 it could not be done, 130 interrupted. Ctrl-C writes the report of what was checked so far.`;

export const addVerify: AddCommand = (program, context, run) => {
  program
    .command('verify')
    .summary('Reads archived documents back and holds them against their records.')
    .argument('[task]', 'a task id')
    .argument('[step]', 'a step id, or #file:ID or #signed:ID, for one document of the task')
    .option('--sample <n>', 'so many archived documents, drawn at random')
    .option('--all', 'every archived document, and the bucket against the table both ways')
    .option('--report <file>', 'where the report goes (default: verify-<time> in this folder)')
    .option('--json', 'the counts as one JSON value')
    .addHelpText('after', HELP)
    .action((task: string | undefined, step: string | undefined, flags: Flags) =>
      run(async () =>
        runVerify(
          { scope: readScope({ task, step, flags }), reportFile: flags.report, isJson: flags.json === true },
          context,
        ),
      ),
    );
};

type Words = { task: string | undefined; step: string | undefined; flags: Flags };

function readScope({ task, step, flags: { sample, all } }: Words): Scope {
  const asked = [task, sample, all].filter((word) => word !== undefined);
  if (asked.length !== 1) throw new UsageError('Say what to verify, one of these: a task, --sample N, --all.');
  if (all) return { kind: 'all' };
  if (sample !== undefined) return { kind: 'sample', size: readSampleSize(sample) };
  return {
    kind: 'task',
    task_id: readIdentifier(task as string, 'task id'),
    step_id: step === undefined ? null : readDocumentIdentifier(step, 'step id'),
  };
}

function readSampleSize(word: string): number {
  const size = /^\d{1,9}$/.test(word) ? Number(word) : 0;
  if (size >= 1 && size <= MAX_SAMPLE) return size;
  throw new UsageError(`--sample takes a whole number from 1 to ${MAX_SAMPLE}, not ${JSON.stringify(word)}.`);
}
