import { type Connection, connect } from './connection.ts';
import { type Colour, type Context, EXIT, type Run } from './context.ts';
import { checkBucket } from './doctor-bucket.ts';
import { checkEventBus } from './doctor-bus.ts';
import { checkQueues } from './doctor-queue.ts';
import { checkVendorKey, checkWebhookSecret } from './doctor-secrets.ts';
import { checkTable } from './doctor-table.ts';
import type { AddCommand } from './program.ts';
import { showText } from './show-text.ts';
import { type Finding, good, judge, wrong } from './verdict.ts';

const COLOURS: Record<Finding['result'], Colour> = { ok: 'green', warn: 'yellow', wrong: 'red', unknown: 'dim' };

/** `doctor`: looks at everything that has to be right, and changes nothing. */
export const addDoctor: AddCommand = (program, context, run) => {
  program
    .command('doctor')
    .description(
      'Looks whether everything is as it has to be, changes nothing, and says what to do. Ends with 1 when anything is wrong.',
    )
    .option('--json', 'print one JSON value')
    .addHelpText('after', '\nExample:\n  chamelio-archive doctor')
    .action((options: { json?: boolean }) => run(() => diagnose(options.json, context)));
};

async function diagnose(json: boolean | undefined, { env, terminal }: Context): Run {
  const findings = await Promise.all([checkArchive(env), checkVendorKey(env), checkWebhookSecret(env)]);
  const all = findings.flat();
  if (json) terminal.print(JSON.stringify(all));
  else for (const finding of all) for (const line of describe(finding, terminal)) terminal.print(line);
  return all.some(({ result }) => result === 'wrong') ? EXIT.found : EXIT.ok;
}

/** What needs AWS; without a configuration nobody knows where to look. */
async function checkArchive(env: Context['env']): Promise<Finding[]> {
  let connection: Connection;
  try {
    connection = connect(env);
  } catch (error) {
    const advice = 'Set what is missing: nothing in AWS was looked at.';
    return [{ check: 'configuration', ...wrong((error as Error).message, advice) }];
  }
  try {
    const configuration = { check: 'configuration', ...good('all that is required is set') };
    const credentials = await judge('AWS credentials', 'any', () => findCredentials(connection));
    if (credentials.result === 'wrong') return [configuration, credentials];
    const { eventBusName } = connection;
    const bus = eventBusName === undefined ? [] : [checkEventBus(eventBusName)];
    const checks = [checkBucket(connection), checkTable(connection), checkQueues(connection), ...bus];
    return [configuration, credentials, ...(await Promise.all(checks)).flat()];
  } finally {
    connection.close();
  }
}

/** Whether there are any. What they are good for, the checks that use them say. */
async function findCredentials({ dynamo }: Connection) {
  const [region] = await Promise.all([dynamo.config.region(), dynamo.config.credentials()]);
  return good(`there are some, for ${region}`);
}

function describe({ result, check, message, advice }: Finding, { paint }: Context['terminal']): string[] {
  const word = result.padEnd(7);
  const line = `${paint?.(COLOURS[result], word) ?? word}  ${check.padEnd(17)}  ${showText(message)}`;
  return advice === undefined ? [line] : [line, `${' '.repeat(28)}${showText(advice)}`];
}
