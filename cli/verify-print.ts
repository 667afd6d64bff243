import { showCount } from './show-count.ts';
import type { Terminal } from './context.ts';
import type { Finding } from './verify-finding.ts';
import type { Report } from './verify-report.ts';
import { countFindings, type Summary } from './verify-summary.ts';
import { describeCounts, describeFinding, describeResult } from './verify-words.ts';

type Result = {
  summary: Summary;
  /** The first of what was found; the report has all of it. */
  shown: readonly Finding[];
  report: Pick<Report, 'file' | 'page'>;
  sha256: string;
  isJson: boolean;
};

export function printResult({ summary, shown, report, sha256, isJson }: Result, terminal: Terminal): void {
  const { sentence } = describeResult(summary);
  const { file, page } = report;
  // Also takes a progress bar off the terminal.
  terminal.note(sentence);
  if (isJson) {
    const { complete, stopped_by, documents, keys } = summary;
    terminal.print(JSON.stringify({ complete, stopped_by, documents, keys, report: file, page, sha256 }));
    return;
  }
  for (const [name, value] of describeCounts(summary)) terminal.print(`${name.padEnd(20)} ${value}`);
  for (const line of shown.flatMap(describeFinding)) terminal.print(line);
  const left = countFindings(summary) - shown.length;
  if (left > 0) terminal.print(`… and ${showCount(left)} more: the report has all of them.`);
  terminal.print(`Report: ${file}, ${page}`);
  terminal.print(`SHA-256 of the report: ${sha256}`);
}
