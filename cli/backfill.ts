import { createMessageSender } from './adapters/archive-messages.ts';
import { countMessages, readQueueAttributes } from './adapters/queue-attributes.ts';
import { createTaskRecords } from './adapters/task-records.ts';
import { askForTasks } from './ask-for-tasks.ts';
import { connect } from './connection.ts';
import { type Context, EXIT, type Run } from './context.ts';
import { type Counts, countOutcomes } from './count-outcomes.ts';
import { describeClosing, describeShortfall, writeShortfall } from './describe-backfill.ts';
import type { Verdict } from './judge-task.ts';
import { openLines } from './open-lines.ts';
import type { AddCommand } from './program.ts';
import { createProgressLine } from './progress-line.ts';
import { showCount } from './show-count.ts';
import { readTaskList } from './read-task-list.ts';
import { parseTaskRange, type TaskIds } from './task-range.ts';
import { UsageError } from './usage-error.ts';

type Options = {
  tasks?: string;
  range?: string;
  column?: string;
  rate: string;
  force?: boolean;
  wait?: boolean;
  json?: boolean;
};

const EXAMPLES = `
Examples:
  chamelio-archive backfill --range 1000..2000 --wait
  chamelio-archive backfill --tasks history.csv --column "Task ID" --rate 2

Interrupt it whenever you like: the same command goes on where it stopped. What has a record in the table is not asked
for again; with --force everything is, from the beginning. Exit code 1: something is not archived, or not yet (then
the same command says later what became of it, and --wait waits for it), or a line of the list names no task.`;

/** The gentlest that gets anywhere: with three documents a task it leaves room for what happens today. */
const DEFAULT_RATE = '5';

export const addBackfill: AddCommand = (program, context, run) =>
  program
    .command('backfill')
    .description('Archives the documents of tasks from before, at a gentle rate.')
    .option('--tasks <file>', 'the tasks: one id a line, or a CSV file with a column of them; - for stdin')
    .option('--range <A..B>', 'the tasks: numbers from A to B, both included')
    .option('--column <name>', 'the column of the CSV file, if it is not called task_id, id or task')
    .option('--rate <number>', 'tasks a second', DEFAULT_RATE)
    .option('--force', 'ask again for tasks that were asked for before; unchanged documents stay as they are')
    .option('--wait', 'wait until nothing is under way any more')
    .option('--json', 'one JSON line for whatever is not archived, and one with the count')
    .addHelpText('after', EXAMPLES)
    .action((options: Options) => run(() => backfill(options, context)));

async function backfill(options: Options, context: Context): Run {
  const { terminal, signal, env } = context;
  const perSecond = readRate(options.rate);
  const { tasks, skippedLines } = await readTasks(options, context);
  const connection = connect(env);
  try {
    const records = createTaskRecords({ ...connection, ...context });
    const asking = createProgressLine(context, { label: 'Asking', total: tasks.size });
    const asked = await askForTasks(
      tasks,
      {
        ...context,
        records,
        send: createMessageSender({ ...connection, ...context }),
        countMessages: async () => countMessages(await readQueueAttributes(connection.sqs, connection.queueUrl)),
        progress: asking,
      },
      { perSecond, isForced: options.force ?? false },
    );
    asking.clear();
    if (signal.aborted) {
      const done = asked.sent + asked.known;
      const then = options.force ? 'with --force the same command begins anew' : 'the same command goes on from there';
      terminal.note(`Stopped at ${showCount(done)} of ${showCount(tasks.size)} tasks: ${then}.`);
      return EXIT.interrupted;
    }

    const counting = createProgressLine(context, { label: options.wait ? 'Ended' : 'Counting', total: tasks.size });
    const shortOf = options.json ? writeShortfall : describeShortfall;
    const counts = await countOutcomes(tasks, {
      ...context,
      records,
      isUnanswered: asked.isUnanswered,
      isAwaited: options.wait ?? false,
      progress: counting,
      onJudged(taskId, { shortfalls }: Verdict) {
        const lines = shortfalls.flatMap((one) => shortOf(taskId, one) ?? []);
        if (lines.length > 0) counting.clear();
        for (const line of lines) terminal.print(line);
      },
    });
    counting.clear();
    const closing = { asked: tasks.size, sent: asked.sent, known: asked.known, skippedLines, ...counts };
    for (const line of describeClosing(closing, { isJson: options.json ?? false })) terminal.print(line);
    return chooseExit(counts, { skippedLines, isInterrupted: signal.aborted });
  } finally {
    connection.close();
  }
}

function chooseExit(counts: Counts, { skippedLines, isInterrupted }: { skippedLines: number; isInterrupted: boolean }) {
  if (isInterrupted) return EXIT.interrupted;
  const { failed, not_found, not_available, under_way, unreachable_files } = counts;
  const isShort = failed + not_found + not_available + under_way + unreachable_files > 0;
  return isShort || skippedLines > 0 ? EXIT.found : EXIT.ok;
}

function readRate(text: string): number {
  const perSecond = Number(text);
  if (perSecond > 0 && Number.isFinite(perSecond)) return perSecond;
  throw new UsageError(`--rate ${text}: expected a number of tasks a second above 0.`);
}

async function readTasks(
  { tasks: file, range, column }: Options,
  { terminal }: Context,
): Promise<{ tasks: TaskIds; skippedLines: number }> {
  if ((file === undefined) === (range === undefined)) {
    throw new UsageError('Say which tasks: either --tasks FILE or --range A..B.');
  }
  if (range !== undefined) return { tasks: parseTaskRange(range), skippedLines: 0 };
  const { ids, skippedLines } = await readTaskList(openLines(file as string), {
    column,
    onSkipped: (line, problem) => terminal.note(`${file}:${line}: ${problem}; skipped.`),
    onDoubt: (line, id) =>
      terminal.note(
        `${file}:${line}: "${id}" is taken for a task id; if it is the column's name, say so with --column.`,
      ),
  });
  return { tasks: ids, skippedLines };
}
