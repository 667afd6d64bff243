import { escapeHtml } from './show-text.ts';
import type { Difference, Finding } from './verify-finding.ts';
import { describeArchive, describeCounts, describeResult, describeScope } from './verify-words.ts';
import type { Summary } from './verify-summary.ts';

const STYLE = `
body { font: 15px/1.5 system-ui, sans-serif; color: #1a1a1a; max-width: 72rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin-top: 2rem; }
.right { color: #0a6b2d; } .found { color: #a4161a; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .3rem .6rem; border-bottom: 1px solid #ccc; }
td { overflow-wrap: anywhere; } code { font-size: .9em; }
.sign td { height: 2.5rem; width: 33%; }
@media print { body { margin: 0; } tr { break-inside: avoid; } }`;

/** A page that stands for itself: nothing is loaded, nothing runs, foreign text is only ever text. */
export async function* renderPage({
  summary,
  seal,
  findings,
}: {
  summary: Summary;
  seal: string;
  findings: AsyncIterable<Finding>;
}): AsyncGenerator<string> {
  yield renderHead(summary, seal);
  let isFirst = true;
  for await (const finding of findings) {
    if (isFirst) yield TABLE_HEAD;
    isFirst = false;
    yield renderFinding(finding);
  }
  yield isFirst ? '<p>Nothing.</p>\n' : '</table>\n';
  yield SIGNATURES;
}

const renderRows = (rows: readonly (readonly [string, string | number])[]) =>
  rows.map(([name, value]) => `<tr><th>${escapeHtml(name)}</th><td>${escapeHtml(String(value))}</td></tr>\n`).join('');

function renderHead(summary: Summary, seal: string): string {
  const { isRight, sentence } = describeResult(summary);
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>Verification of an archive</title>
<style>${STYLE}</style>
<h1>Verification of an archive</h1>
<p class="${isRight ? 'right' : 'found'}"><strong>${escapeHtml(sentence)}</strong></p>
<table>
${renderRows([
  ['Verified', describeScope(summary)],
  ...describeArchive(summary),
  ['Asked by', summary.caller ?? 'not known'],
  ['Begun', summary.started_at],
  ['Ended', summary.finished_at],
  ['Program', summary.program],
  ['SHA-256 of the report', seal],
])}</table>
<h2>Counts</h2>
<table>
${renderRows(describeCounts(summary))}</table>
<h2>What was compared</h2>
<ul>
${summary.compared.map((line) => `<li>${escapeHtml(line)}</li>\n`).join('')}</ul>
<h2>What was found</h2>
`;
}

const TABLE_HEAD = '<table>\n<tr><th>Kind</th><th>Task, step</th><th>Object, version</th><th>What</th></tr>\n';

const renderValue = (value: string | number | null) =>
  value === null ? 'nothing' : `<code>${escapeHtml(String(value))}</code>`;

const renderDifference = ({ field, expected, found }: Difference) =>
  `${escapeHtml(field)}: expected ${renderValue(expected)}, found ${renderValue(found)}`;

function renderFinding({ kind, task_id, step_id, bucket, key, version_id, differences, reason }: Finding): string {
  const what = [...differences.map(renderDifference), ...(reason === null ? [] : [escapeHtml(reason)])].join('<br>');
  const cells = [
    escapeHtml(kind.replaceAll('_', ' ')),
    `${renderValue(task_id)}<br>${renderValue(step_id)}`,
    `${renderValue(bucket)}<br>${renderValue(key)}<br>${renderValue(version_id)}`,
    what,
  ];
  return `<tr>${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>\n`;
}

const SIGNATURES = `<h2>Signed off</h2>
<table class="sign">
<tr><th>Name</th><th>Date</th><th>Signature</th></tr>
<tr><td></td><td></td><td></td></tr>
</table>
<p>The JSON file beside this page is the report; its SHA-256 is over the value of <code>report</code>, exactly as written there.</p>
</html>
`;
