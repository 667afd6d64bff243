import type { Row } from './measure-case.ts';

const WIDTH = 760;
const LABEL_WIDTH = 150;
const BAR_HEIGHT = 16;
const STEP = 22;
const HEAD = 34;
const MARGIN = 60;
/** A command that starts anew for each document takes hundreds of floors: bars that long are cut off. */
const LONGEST_RATIO = 5;

const showRatio = (ratio: number) => (ratio > LONGEST_RATIO ? `→ ${ratio.toFixed(0)}` : ratio.toFixed(2));

/** A bar for each contender of each case, as long as its CPU is beside the floor's, with its quartiles; an SVG document. */
export function drawChart(rows: readonly Row[]): string {
  const longest = Math.min(LONGEST_RATIO, Math.max(...rows.map(({ toFloor }) => toFloor.high)));
  const scale = (ratio: number) => LABEL_WIDTH + (Math.min(ratio, longest) / longest) * (WIDTH - LABEL_WIDTH - MARGIN);
  const cases = [...new Set(rows.map(({ case: name }) => name))];
  const parts: string[] = [];
  let top = HEAD;
  for (const name of cases) {
    parts.push(`<text x="8" y="${top + 12}" class="case">${name}</text>`);
    top += STEP;
    for (const { contender, toFloor } of rows.filter((row) => row.case === name)) {
      const middle = top + BAR_HEIGHT / 2;
      const kind = contender === 'ours' ? 'ours' : 'other';
      parts.push(
        `<text x="${LABEL_WIDTH - 8}" y="${top + 12}" text-anchor="end">${contender}</text>`,
        `<rect x="${LABEL_WIDTH}" y="${top}" width="${(scale(toFloor.median) - LABEL_WIDTH).toFixed(1)}" height="${BAR_HEIGHT}" class="${kind}"/>`,
        `<path d="M${scale(toFloor.low).toFixed(1)} ${middle}H${scale(toFloor.high).toFixed(1)}" class="spread"/>`,
        `<text x="${(scale(toFloor.high) + 6).toFixed(1)}" y="${top + 12}">${showRatio(toFloor.median)}</text>`,
      );
      top += STEP;
    }
    top += 8;
  }
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${top}" width="${WIDTH}" height="${top}" role="img">
<title>CPU per byte of a copy, beside the floor's</title>
<style>text{font:12px sans-serif;fill:#24292f}.case{font-weight:bold}.ours{fill:#1a7f37}.other{fill:#afb8c1}.spread{stroke:#24292f;stroke-width:1.5}</style>
<rect width="${WIDTH}" height="${top}" fill="#fff"/>
<text x="8" y="20">CPU per byte of a copy, as a multiple of the floor's (node:http and one SHA-256); the line is the quartiles</text>
${parts.join('\n')}
</svg>
`;
}
