import { createMessageSender } from './adapters/archive-messages.ts';
import { findDeadLetters } from './adapters/dead-letters.ts';
import { createRecordTable } from './adapters/record-table.ts';
import { connect } from './connection.ts';
import { type Context, EXIT, type Run } from './context.ts';
import { parseAge } from './parse-age.ts';
import type { AddCommand } from './program.ts';
import { redriveDeadLetters } from './redrive-dead-letters.ts';
import { redriveFailed } from './redrive-failed.ts';
import { createRedriveReport } from './redrive-report.ts';

type Options = { code?: string; olderThan?: string; dryRun?: boolean; json?: boolean };

const EXAMPLES = `
Examples:
  chamelio-archive redrive --dry-run
  chamelio-archive redrive --code url_forbidden --older-than 2h

First what its record calls FAILED, then the messages in the dead-letter queue. What is sent again is asked for again,
and nothing is removed before it is sent. Exit code 1: a dead letter is malformed, and stays for you to look at; or
there may be more of them than were looked at.`;

const MORE_LEFT =
  'There may be more dead letters than were looked at: run it again. What another run has hidden is seen within an hour.';

export const addRedrive: AddCommand = (program, context, run) =>
  program
    .command('redrive')
    .description('Puts back on the queue what has failed, once the reason is mended.')
    .option('--code <code>', 'only what failed with this code')
    .option('--older-than <age>', 'only what has not changed for so long, such as 2h or 3d')
    .option('--dry-run', 'change nothing, and say what would happen')
    .option('--json', 'one JSON value')
    .addHelpText('after', EXAMPLES)
    .action((options: Options) => run(() => redrive(options, context)));

async function redrive(
  { code, olderThan, dryRun: isDryRun = false, json: isJson = false }: Options,
  context: Context,
): Run {
  const { terminal, signal, now, env } = context;
  const until = new Date(now() - (olderThan === undefined ? 0 : parseAge(olderThan)));
  const connection = connect(env);
  const report = createRedriveReport();
  try {
    const tools = {
      table: createRecordTable(connection),
      send: isDryRun ? async () => undefined : createMessageSender({ ...connection, ...context }),
      report,
      sent: new Set<string>(),
      selection: { code, until },
      signal,
    };
    await redriveFailed(tools);
    const deadLetters = await findDeadLetters(connection.sqs, connection.queueUrl);
    if (deadLetters) await redriveDeadLetters(tools, deadLetters, { isDryRun });
    else {
      terminal.note('The queue has no dead-letter queue.');
      report.markComplete();
    }
  } finally {
    // Also of what was cut short: that much is done.
    for (const line of report.describe({ isDryRun, isJson })) terminal.print(line);
    connection.close();
  }
  if (signal.aborted) return EXIT.interrupted;
  if (!report.isComplete()) terminal.note(MORE_LEFT);
  return report.hasMalformed() || !report.isComplete() ? EXIT.found : EXIT.ok;
}
