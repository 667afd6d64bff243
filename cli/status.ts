import { tryToReadRecord } from '../lib/record.ts';
import { connect } from './connection.ts';
import { type Context, EXIT, type Run } from './context.ts';
import { summarizeRecord } from './describe-record.ts';
import { parseIdentifier } from './identifier-argument.ts';
import { type Kind, listUnfinished } from './list-unfinished.ts';
import { describeOverview } from './print-overview.ts';
import type { AddCommand } from './program.ts';
import { countAll, readOverview } from './status-overview.ts';
import { type Filter, showTask } from './status-task.ts';
import { UsageError } from './usage-error.ts';
import type { Connection } from './connection.ts';

type Options = Filter & { all?: boolean };
type Tools = { connection: Connection; context: Context };

/** `status [TASK]`: counts, ages, what is stuck and why; or all that is known of one task. */
export const addStatus: AddCommand = (program, context, run) => {
  program
    .command('status')
    .description(
      'Shows what is unfinished, what failed and why, and how many messages there are; or all about one task.',
    )
    .argument('[task]', 'id of the task', parseIdentifier)
    .option('--failed', 'list the records that are FAILED')
    .option('--unfinished', 'list the records with something left to do, those of open tasks too')
    .option('--all', 'count every record, too: reads the whole table, and is charged for it')
    .option('--json', 'print one JSON value; with --failed or --unfinished and no task, one a line')
    .addHelpText(
      'after',
      '\nExamples:\n  chamelio-archive status\n  chamelio-archive status task_demo\n  chamelio-archive status --failed --json',
    )
    .action((taskId: string | undefined, options: Options) => run(() => show(taskId, options, context)));
};

async function show(taskId: string | undefined, options: Options, context: Context): Run {
  const isList = options.failed || options.unfinished;
  if (options.all && (isList || taskId !== undefined))
    throw new UsageError('--all counts: give it without a task, --failed and --unfinished.');
  const connection = connect(context.env);
  const tools = { connection, context };
  try {
    if (taskId !== undefined) return await showTask(taskId, options, tools);
    return await (isList ? list(options, tools) : showOverview(options, tools));
  } catch (error) {
    if (context.signal.aborted) return EXIT.interrupted;
    throw error;
  } finally {
    connection.close();
  }
}

async function list({ failed, unfinished, json }: Options, { connection, context }: Tools): Run {
  const { terminal, signal, now } = context;
  const kinds: Kind[] = [...(unfinished ? (['', 't'] as const) : []), ...(failed ? (['f'] as const) : [])];
  for (const kind of kinds) {
    for await (const item of listUnfinished(connection, kind)) {
      signal.throwIfAborted();
      terminal.print(json ? JSON.stringify(item) : summarizeRecord(item, tryToReadRecord(item), now()));
    }
  }
  return EXIT.ok;
}

async function showOverview({ all, json }: Options, { connection, context }: Tools): Run {
  const { terminal, signal, now } = context;
  const report = (count: number) => terminal.progress?.(`${count} records counted`);
  const overview = await readOverview(connection, signal);
  const counted = all ? { ...overview, all: await countAll(connection, { signal, report }) } : overview;
  if (json) terminal.print(JSON.stringify(counted));
  else for (const line of describeOverview(counted, now())) terminal.print(line);
  return EXIT.ok;
}
