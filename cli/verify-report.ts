import { closeSync, createReadStream, createWriteStream, openSync, rmSync, writeSync } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { writeCanonically } from '../lib/canonical-json.ts';
import { UsageError } from './usage-error.ts';
import type { Finding } from './verify-finding.ts';
import { renderReport, sealReport } from './verify-json.ts';
import { renderPage } from './verify-page.ts';
import type { Summary } from './verify-summary.ts';

export type Report = {
  file: string;
  page: string;
  add: (finding: Finding) => void;
  /** Writes both files. @returns the SHA-256 that they carry */
  finish: (summary: Summary) => Promise<string>;
  /** As if it had never been begun. */
  discard: () => void;
};

/**
 * Begins a report: `FILE.json` and `FILE.html`, never over one that is there. Findings lie in `FILE.partial` until it is
 * finished, so that memory holds none of them and a crash loses none.
 *
 * The JSON file is `{"report":…,"sha256":…}`: `report` is canonical JSON (RFC 8785), `sha256` lower-case hex over it.
 */
export function beginReport(name: string): Report {
  const base = name.replace(/\.(json|html)$/, '');
  const [file, page, partial] = [`${base}.json`, `${base}.html`, `${base}.partial`];
  const reserved: string[] = [];
  const discard = () => reserved.forEach((path) => rmSync(path, { force: true }));
  const reserve = (path: string) => {
    const handle = openSync(path, 'wx');
    reserved.push(path);
    return handle;
  };
  let spool: number;
  try {
    for (const path of [file, page]) closeSync(reserve(path));
    spool = reserve(partial);
  } catch (error) {
    discard();
    throw new UsageError(describeRefusal(error as NodeJS.ErrnoException, base));
  }
  return {
    file,
    page,
    add: (finding) => void writeSync(spool, `${writeCanonically(finding)}\n`),
    finish: async (summary) => {
      closeSync(spool);
      let seal = '';
      const sealed = sealReport(renderReport(summary, readLines(partial)), (sha256) => {
        seal = sha256;
      });
      await pipeline(sealed, createWriteStream(file));
      await pipeline(renderPage({ summary, seal, findings: readFindings(partial) }), createWriteStream(page));
      rmSync(partial);
      return seal;
    },
    discard: () => {
      closeSync(spool);
      discard();
    },
  };
}

/** Not readline: it also ends a line where a file name has U+2028. */
async function* readLines(file: string): AsyncGenerator<string> {
  let rest = '';
  for await (const chunk of createReadStream(file, 'utf8')) {
    const lines = (rest + String(chunk)).split('\n');
    rest = lines.pop() as string;
    yield* lines;
  }
}

async function* readFindings(file: string): AsyncGenerator<Finding> {
  for await (const line of readLines(file)) yield JSON.parse(line) as Finding;
}

const describeRefusal = ({ code, message }: NodeJS.ErrnoException, base: string) =>
  code === 'EEXIST'
    ? `There is a report ${base} already: name another file with --report.`
    : `The report cannot be written to ${base}.json (${code ?? message}).`;
