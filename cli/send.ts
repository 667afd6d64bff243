import { readFile } from 'node:fs/promises';
import { STATUS_CODES } from 'node:http';
import { readWebhookSecrets, createWebhookSecretsSchema } from '../lib/config.ts';
import { cutToLength } from '../lib/text.ts';
import { parseJson } from '../lib/validation.ts';
import { parseWebhookEvent } from '../lib/webhook-event.ts';
import { type Context, EXIT, type Run } from './context.ts';
import { postWebhook } from './post-webhook.ts';
import type { AddCommand } from './program.ts';
import { readSecret } from './read-secret.ts';
import { readSetting } from './read-setting.ts';
import { showText } from './show-text.ts';
import { UsageError } from './usage-error.ts';

type Words = { file: string; to: URL; json?: boolean };

const LOOPBACK = ['localhost', '127.0.0.1', '[::1]'];
const MAX_SHOWN_LENGTH = 4096;

/** `send EVENT.json --to URL`: posts a signed webhook, to try a deployment. */
export const addSend: AddCommand = (program, context, run) => {
  program
    .command('send')
    .description(
      'Posts a webhook as Chamelio would, signed with the first secret of CHAMELIO_WEBHOOK_SECRET, or of the SSM parameter CHAMELIO_WEBHOOK_SECRET_PARAMETER. Ends with 1 unless it is answered with 202.',
    )
    .argument('<event>', 'file with the body, sent byte by byte as it is')
    .requiredOption('--to <url>', 'where to: https, or http on loopback', parseTarget)
    .option('--json', 'print one JSON value')
    .addHelpText(
      'after',
      '\nExample:\n  chamelio-archive send events/webhook.tasks-completed.json --to https://…/webhooks/chamelio',
    )
    .action((file: string, options: { to: URL; json?: boolean }) => run(() => send({ file, ...options }, context)));
};

function parseTarget(text: string): URL {
  const url = URL.parse(text);
  const isSafe = url?.protocol === 'https:' || (url?.protocol === 'http:' && LOOPBACK.includes(url.hostname));
  if (url && isSafe && !url.username && !url.password) return url;
  throw new UsageError('--to expects an https URL, or http on loopback, without user and password.');
}

async function send({ file, to, json }: Words, { env, terminal }: Context): Run {
  const body = await readFile(file).catch((error: NodeJS.ErrnoException) => {
    throw new UsageError(`${file} cannot be read (${error.code}).`);
  });
  const secrets = await readSecret(readSetting(readWebhookSecrets, env), createWebhookSecretsSchema());
  const problem = findProblem(body);
  if (problem)
    terminal.note(`${file} is no webhook body that would be taken (${showText(problem)}). It is sent all the same.`);

  const { status, text } = await postWebhook(to, body, secrets[0] as string);
  const shown = cutToLength(text, MAX_SHOWN_LENGTH);
  if (json) terminal.print(JSON.stringify({ status, body: shown }));
  else terminal.print(`${status} ${STATUS_CODES[status] ?? ''}: ${showText(shown.trim())}`);
  return status === 202 ? EXIT.ok : EXIT.found;
}

/** A body that is refused may be just what is to be tried: it is said, and hinders nothing. */
function findProblem(body: Buffer): string | undefined {
  try {
    parseWebhookEvent(parseJson(body.toString()));
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}
