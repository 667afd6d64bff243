import { CsvError, parse } from 'csv-parse/sync';

/** `line` is where it begins, from 1. */
export type CsvRow = { line: number; fields: string[] } | { line: number; problem: string };

/** More than a text field with line breaks has; a quote that nobody closes must not swallow the rest of the file. */
const MAX_LINES = 50;
const DELIMITERS = [',', ';', '\t'];

/**
 * The rows of a CSV file, or of one with a single column; blank lines are none. The first line says what its delimiter
 * is. A broken row is told of and costs its first line only.
 * @see https://csv.js.org/parse/errors/
 */
export async function* readCsvRows(lines: AsyncIterable<string>): AsyncGenerator<CsvRow> {
  const source = lines[Symbol.asyncIterator]();
  const ahead: string[] = [];
  let delimiter: string | undefined;
  let line = 1;

  async function readLine(): Promise<string | undefined> {
    if (ahead.length > 0) return ahead.shift();
    const { done, value } = await source.next();
    return done ? undefined : value;
  }

  for (let first = await readLine(); first !== undefined; first = await readLine()) {
    const parts = [first];
    delimiter ??= first.trim() ? chooseDelimiter(first) : undefined;
    let row = parseRow(first, delimiter);
    while (row === 'open' && parts.length < MAX_LINES) {
      const next = await readLine();
      if (next === undefined) break;
      parts.push(next);
      row = parseRow(parts.join('\n'), delimiter);
    }
    if (typeof row === 'string') {
      ahead.unshift(...parts.slice(1));
      yield { line, problem: row === 'open' ? 'its quotes are not closed' : 'its quotes are wrong' };
      line += 1;
      continue;
    }
    if (row.some(Boolean)) yield { line, fields: row };
    line += parts.length;
  }
}

const chooseDelimiter = (line: string) => DELIMITERS.find((delimiter) => line.includes(delimiter));

function parseRow(text: string, delimiter = ','): string[] | 'open' | 'wrong' {
  try {
    // What is trimmed includes the mark that spreadsheets begin a file with.
    return parse(text, { delimiter, trim: true, relax_column_count: true })[0] ?? [];
  } catch (error) {
    return error instanceof CsvError && error.code === 'CSV_QUOTE_NOT_CLOSED' ? 'open' : 'wrong';
  }
}
