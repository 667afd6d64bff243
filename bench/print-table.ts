import type { Spread } from './summarise.ts';

export const showSpread = ({ median, low, high }: Spread): string =>
  `${median.toFixed(2)} (${low.toFixed(2)}–${high.toFixed(2)})`;

/** A table in Markdown. */
export function printTable(head: readonly string[], lines: readonly (readonly string[])[]): void {
  for (const cells of [head, head.map(() => '---'), ...lines])
    process.stdout.write(`| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |\n`);
}
