import { writeRequest } from '../lib/queue-message.ts';
import { createMessageSender } from './adapters/archive-messages.ts';
import { connect } from './connection.ts';
import { type Context, EXIT, type Run } from './context.ts';
import { parseDocumentIdentifier, parseIdentifier } from './identifier-argument.ts';
import type { AddCommand } from './program.ts';

type Words = { taskId: string; stepId: string | undefined; force?: boolean; json?: boolean };

/** `archive TASK [STEP]`: puts one message on the queue. */
export const addArchive: AddCommand = (program, context, run) => {
  program
    .command('archive')
    .description('Asks for the documents of a task, or for one of them: puts one message on the queue.')
    .argument('<task>', 'id of the task', parseIdentifier)
    .argument('[step]', 'id of the step that generated the document, or #file:ID, #signed:ID', parseDocumentIdentifier)
    .option('--force', 'copy even what is unchanged')
    .option('--json', 'print one JSON value')
    .addHelpText('after', '\nExample:\n  chamelio-archive archive task_demo signed_step --force')
    .action((taskId: string, stepId: string | undefined, options: { force?: boolean; json?: boolean }) =>
      run(() => askForArchive({ taskId, stepId, ...options }, context)),
    );
};

async function askForArchive({ taskId, stepId, force = false, json }: Words, { env, terminal, wait }: Context): Run {
  const connection = connect(env);
  try {
    await createMessageSender({ ...connection, wait })([writeRequest({ taskId, stepId, force, trigger: {} })]);
  } finally {
    connection.close();
  }
  const what = stepId === undefined ? `every document of task ${taskId}` : `document ${stepId} of task ${taskId}`;
  if (json) terminal.print(JSON.stringify({ status: 'queued', task_id: taskId, step_id: stepId, force }));
  else
    terminal.print(
      `Queued: ${what}${force ? ', even if unchanged' : ''}. \`status ${taskId}\` shows what became of it.`,
    );
  return EXIT.ok;
}
