import packageJson from '../package.json' with { type: 'json' };
import { createArchiveRecords } from './adapters/archive-records.ts';
import { createOpenArchived } from './adapters/archived-objects.ts';
import { findCaller } from './adapters/caller-identity.ts';
import { listKeys } from './adapters/listed-keys.ts';
import { type Connection, connect } from './connection.ts';
import { type Context, EXIT, type ExitCode } from './context.ts';
import { describeFailure } from './describe-failure.ts';
import type { Finding } from './verify-finding.ts';
import { beginReport } from './verify-report.ts';
import { verifyScope } from './verify-scope.ts';
import { COMPARED, COMPARED_KEYS, type Scope, type Summary } from './verify-summary.ts';
import { createTally, type Tally } from './verify-tally.ts';
import { printResult } from './verify-print.ts';
import { describeResult } from './verify-words.ts';

const MAX_SHOWN = 20;

export type VerifyRequest = { scope: Scope; reportFile: string | undefined; isJson: boolean };

/** Reads, compares and reports; writes nothing but the report. What stops it half-way does not cost what was found. */
export async function runVerify({ scope, reportFile, isJson }: VerifyRequest, context: Context): Promise<ExitCode> {
  const { env, now, signal, terminal } = context;
  const connection = connect(env);
  const startedAt = new Date(now()).toISOString();
  const report = beginReport(reportFile ?? `verify-${startedAt.replaceAll(/[:.]/g, '-')}`);
  const shown: Finding[] = [];
  const tally = createTally((finding) => {
    report.add(finding);
    if (shown.length < MAX_SHOWN) shown.push(finding);
  });
  try {
    const caller = await findCaller(env);
    const end = await verify({ scope, connection, tally }, context);
    if (end.failure && tally.documents.records === 0) {
      report.discard();
      throw end.failure.error;
    }
    const summary = await summarise({ scope, connection, tally, end, caller, startedAt }, context);
    const sha256 = await report.finish(summary);
    printResult({ summary, shown, report, sha256, isJson }, terminal);
    if (end.failure) throw end.failure.error;
    if (signal.aborted) return EXIT.interrupted;
    return describeResult(summary).isRight ? EXIT.ok : EXIT.found;
  } finally {
    connection.close();
  }
}

/** How it came to its end: a failure is one that no interruption brought about. */
type End = { drawn: Summary['drawn']; failure?: { error: unknown } };

type Work = { scope: Scope; connection: Connection; tally: Tally };

async function verify({ scope, connection, tally }: Work, context: Context): Promise<End> {
  const { s3, dynamo, table, bucket, keyPrefix } = connection;
  const { signal } = context;
  try {
    const drawn = await verifyScope(scope, {
      ...context,
      tally,
      bucket,
      prefix: `${keyPrefix}tasks/`,
      records: createArchiveRecords({ dynamo, table }),
      openArchived: createOpenArchived(s3),
      listKeys: (prefix) => listKeys({ client: s3, bucket, prefix }, signal),
    });
    return { drawn };
  } catch (error) {
    return { drawn: null, ...(signal.aborted ? {} : { failure: { error } }) };
  }
}

async function summarise(
  {
    scope,
    connection,
    tally,
    end,
    caller,
    startedAt,
  }: Work & { end: End; caller: string | undefined; startedAt: string },
  { now, signal }: Context,
): Promise<Summary> {
  const stoppedBy = end.failure ? describeFailure(end.failure.error) : signal.aborted ? 'interrupted' : null;
  const { bucket, table, keyPrefix } = connection;
  return {
    program: `${packageJson.name} ${packageJson.version} verify`,
    scope,
    drawn: end.drawn,
    archive: { bucket, table, key_prefix: keyPrefix, region: await connection.s3.config.region() },
    caller: caller ?? null,
    started_at: startedAt,
    finished_at: new Date(now()).toISOString(),
    complete: stoppedBy === null,
    stopped_by: stoppedBy,
    compared: scope.kind === 'all' ? [...COMPARED, ...COMPARED_KEYS] : COMPARED,
    documents: tally.documents,
    keys: scope.kind === 'all' ? tally.keys : null,
  };
}
