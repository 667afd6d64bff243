import { createHash } from 'node:crypto';
import { writeCanonically } from '../lib/canonical-json.ts';
import type { Summary } from './verify-summary.ts';

/** The report as canonical JSON; each finding is so already. */
export async function* renderReport(summary: Summary, findings: AsyncIterable<string>): AsyncGenerator<string> {
  const names = [...Object.keys(summary), 'findings'].toSorted();
  for (const [index, name] of names.entries()) {
    yield `${index === 0 ? '{' : ','}${JSON.stringify(name)}:`;
    if (name === 'findings') yield* renderList(findings);
    else yield writeCanonically(summary[name as keyof Summary]);
  }
  yield '}';
}

async function* renderList(items: AsyncIterable<string>): AsyncGenerator<string> {
  let before = '[';
  for await (const item of items) {
    yield before + item;
    before = ',';
  }
  yield before === '[' ? '[]' : ']';
}

/** Puts the report into its envelope, with the SHA-256 over it. */
export async function* sealReport(
  report: AsyncIterable<string>,
  onSeal: (sha256: string) => void,
): AsyncGenerator<string> {
  const hash = createHash('sha256');
  yield '{"report":';
  for await (const text of report) {
    hash.update(text);
    yield text;
  }
  const sha256 = hash.digest('hex');
  onSeal(sha256);
  yield `,"sha256":"${sha256}"}\n`;
}
