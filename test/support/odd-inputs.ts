import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';

const DIRECTORY = join(import.meta.dirname, '../../events');

/** What the queue and the webhook really get. */
const validBodies: unknown[] = readdirSync(DIRECTORY)
  .filter((name) => /^(?:webhook|queue|eventbridge)\./.test(name))
  .map((name) => JSON.parse(readFileSync(join(DIRECTORY, name), 'utf8')));

/** Any UTF-16, halves of characters and NUL included. */
export const anyText = fc.array(fc.nat(0xffff), { maxLength: 60 }).map((codes) => String.fromCharCode(...codes));

const nest = (depth: number, [open, close]: readonly [string, string]) =>
  `${open.repeat(depth)}null${close.repeat(depth)}`;

const deepJson = fc
  .tuple(fc.constantFrom(10, 100, 1000, 1000, 20_000), fc.constantFrom(['[', ']'], ['{"a":', '}'], ['{"data":', '}']))
  .map(([depth, brackets]) => nest(depth, brackets as [string, string]));

/** Read as JSON, `\u0020` is a space. */
const ODD_VALUES = String.raw`
  null true [] {} "" 0 -0 1e999 -1e999 1e-400 9007199254740993 12345678901234567890 1.5 [[[]]]
  "\u0000" "\ud800" "\udc00x" "\ufeff" "\u0020" "../../x" "#task" "__proto__"
  {"__proto__":{"task_id":"x"}} {"constructor":{"prototype":{}}} {"toString":1}
  "flows.tasks.completed" "flows.tasks.step_change" "chamelio-archive"
`
  .trim()
  .split(/\s+/);

const KEYS = `
  __proto__ constructor prototype toString hasOwnProperty length then
  event data detail detail-type source task_id step_id previous_step force Records
`
  .trim()
  .split(/\s+/);

/** JSON, as text, that few people think of. */
const oddValue = fc.oneof(
  { weight: 1, arbitrary: deepJson },
  {
    weight: 60,
    arbitrary: fc.constantFrom(...ODD_VALUES),
  },
  { weight: 15, arbitrary: anyText.map((text) => JSON.stringify(text)) },
  { weight: 15, arbitrary: fc.json({ maxDepth: 3 }) },
);

const keys = fc.constantFrom('', ...KEYS);

/** An object of odd keys with odd values. */
const oddObject = fc
  .array(fc.tuple(keys, oddValue), { maxLength: 6 })
  .map((fields) => `{${fields.map(([key, value]) => `${JSON.stringify(key)}:${value}`).join(',')}}`);

type Path = readonly string[];

const listPaths = (value: unknown, path: Path = []): Path[] =>
  typeof value === 'object' && value !== null
    ? Object.entries(value).flatMap(([key, inner]) => [[...path, key], ...listPaths(inner, [...path, key])])
    : [];

const MARK = 'here goes something odd';

/** The text of a value in which what is at a path is something else. */
function replaceAt(value: unknown, path: Path, odd: string): string {
  const copy = structuredClone(value) as Record<string, unknown>;
  const parent = path.slice(0, -1).reduce((inner, key) => inner[key] as Record<string, unknown>, copy);
  parent[path.at(-1) as string] = MARK;
  return JSON.stringify(copy).replace(JSON.stringify(MARK), () => odd);
}

/** What really comes, with something odd in one place. */
export const mutate = (values: readonly unknown[]): fc.Arbitrary<string> =>
  fc
    .constantFrom(...values)
    .chain((value) =>
      fc.tuple(fc.constantFrom(...listPaths(value)), oddValue).map(([path, odd]) => replaceAt(value, path, odd)),
    );

const cutText = mutate(validBodies).chain((text) => fc.nat(text.length).map((end) => text.slice(0, end)));

/** What could stand in a message or a webhook body; most of it is no such thing. */
export const oddBody: fc.Arbitrary<string> = fc.oneof(
  anyText,
  fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
  fc.json(),
  oddValue,
  oddObject,
  oddObject.map((detail) => `{"detail-type":"x","source":"y","detail":${detail}}`),
  { weight: 4, arbitrary: mutate(validBodies) },
  cutText,
);

/** What is a message beyond doubt. */
export const goodBody = fc
  .tuple(fc.constantFrom('a', '1', 'task_def456', `x${'y'.repeat(127)}`), fc.constantFrom('step', '7', 'a:b._-'))
  .map(([taskId, stepId]) => JSON.stringify({ task_id: taskId, step_id: stepId }));

/** What is none beyond doubt. */
export const isHopeless = (body: string): boolean => {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value !== 'object' || value === null || Array.isArray(value);
  } catch {
    return true;
  }
};
