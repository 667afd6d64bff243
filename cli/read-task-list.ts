import { identifierSchema, isIdentifier } from '../lib/identifier.ts';
import { readCsvRows } from './csv-rows.ts';
import { showText } from './show-text.ts';
import { UsageError } from './usage-error.ts';

/** What the column of task ids is called, without case and punctuation, in order of preference. */
const NAMES = ['taskid', 'id', 'task'];

export type TaskList = { ids: Set<string>; skippedLines: number };

type Options = {
  /** The column's name, where it has to be another than what is looked for. */
  column?: string | undefined;
  /** Told of each line that names no task. */
  onSkipped: (line: number, problem: string) => void;
  /** Told of a first line that may be the name of its column, and is taken for an id. */
  onDoubt: (line: number, id: string) => void;
};

/**
 * The task ids of a list, one a line or in a column of a CSV file, each once and in their order.
 * @throws UsageError when there is no telling which column it is, or when there is no id at all
 */
export async function readTaskList(lines: AsyncIterable<string>, options: Options): Promise<TaskList> {
  const list: TaskList = { ids: new Set(), skippedLines: 0 };
  let column: number | undefined;

  function skip(line: number, problem: string) {
    list.skippedLines += 1;
    options.onSkipped(line, problem);
  }

  function take(line: number, id: string | undefined) {
    const { data, error } = identifierSchema.safeParse(id ?? '');
    if (data) list.ids.add(data);
    else
      skip(
        line,
        id ? `"${showText(id.slice(0, 140))}" is no task id: ${error?.issues[0]?.message}` : 'it has no task id',
      );
  }

  for await (const row of readCsvRows(lines)) {
    if ('problem' in row) {
      skip(row.line, row.problem);
      continue;
    }
    const found = column === undefined ? findColumn(row.fields, options.column) : undefined;
    column ??= found?.column as number;
    if (found?.isHeader) continue;
    const id = row.fields[column] ?? '';
    // Ids with a number in them are hardly ever the name of a column.
    if (found && isIdentifier(id) && !/\d/.test(id)) options.onDoubt(row.line, id);
    take(row.line, id);
  }
  if (list.ids.size === 0) throw new UsageError('The list has no task id.');
  return list;
}

const showNames = (names: readonly string[]) => showText(names.join(', '));
const simplify = (name: string) => name.toLowerCase().replace(/[\s_-]/g, '');

/** Where the ids are, by the first row. */
function findColumn(fields: readonly string[], wanted: string | undefined): { column: number; isHeader: boolean } {
  const names = fields.map(simplify);
  const candidates = wanted === undefined ? NAMES : [simplify(wanted)];
  const column = candidates.map((name) => names.indexOf(name)).find((index) => index >= 0);
  if (column !== undefined) return { column, isHeader: true };
  if (wanted !== undefined) throw new UsageError(`There is no column ${wanted}, only: ${showNames(fields)}.`);
  if (fields.length === 1) return { column: 0, isHeader: false };
  throw new UsageError(
    `None of the columns is called task_id: say which one it is with --column (${showNames(fields)}).`,
  );
}
