import type { Answer } from './answer-server.ts';
import type { Call } from './call.ts';
import { type Attribute, countReadUnits, countRefusedUnits, countWriteUnits, type Item } from './capacity-units.ts';

type Names = Record<string, string>;
type Request = {
  Key: Item;
  UpdateExpression: string;
  ConditionExpression: string;
  ExpressionAttributeNames: Names;
  ExpressionAttributeValues: Item;
};

/** What the table was asked since it was emptied. */
export type Used = { archived: number; writeUnits: number; readUnits: number };

const VERSION = '1.0';
const json = (body: object, status = 200): Answer => ({
  status,
  headers: { 'content-type': `application/x-amz-json-${VERSION}` },
  body: JSON.stringify(body),
});

/** DynamoDB as far as one worker at a time needs it: a condition holds unless it wants a new record, and there is one. */
export function createTable() {
  const items = new Map<string, Item>();
  const tasks = new Map<string, Set<string>>();
  let used: Omit<Used, 'archived'> = { writeUnits: 0, readUnits: 0 };
  const keyOf = ({ task_id, step_id }: Item) => `${task_id?.S} ${step_id?.S}`;

  function get({ Key }: Request): Answer {
    const item = items.get(keyOf(Key));
    used.readUnits += countReadUnits(item ?? {});
    return json(item ? { Item: item } : {});
  }

  /** All records of a task, in one page. */
  function query({ ExpressionAttributeValues: { ':task_id': taskId } }: Request): Answer {
    const found = [...(tasks.get(taskId?.S ?? '') ?? [])].map((key) => items.get(key) as Item);
    used.readUnits += countReadUnits(...found);
    return json({ Items: found, Count: found.length, ScannedCount: found.length });
  }

  function update(request: Request): Answer {
    const key = keyOf(request.Key);
    const before = items.get(key);
    if (before && request.ConditionExpression.startsWith('attribute_not_exists(#task_id)')) {
      used.writeUnits += countRefusedUnits(before);
      const type = 'com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException';
      return json({ __type: type, message: 'The conditional request failed' }, 400);
    }
    const after = change(before ?? request.Key, request);
    items.set(key, after);
    const taskId = request.Key.task_id?.S ?? '';
    tasks.set(taskId, (tasks.get(taskId) ?? new Set()).add(key));
    used.writeUnits += countWriteUnits(before, after);
    return json({ Attributes: after });
  }

  return {
    answer({ headers, body }: Call): Answer {
      const request = JSON.parse(body) as Request;
      const operation = headers['x-amz-target']?.replace(/^.*\./, '');
      if (operation === 'GetItem') return get(request);
      return operation === 'Query' ? query(request) : update(request);
    },
    /** What was done, and empties the table. */
    takeUsed(): Used {
      const archived = [...items.values()].filter(({ status }) => status?.S === 'ARCHIVED').length;
      const taken = { ...used, archived };
      used = { writeUnits: 0, readUnits: 0 };
      items.clear();
      tasks.clear();
      return taken;
    },
  };
}

/** What a `SET … REMOVE …` of ours makes of an item. */
function change(before: Item, request: Request): Item {
  const { UpdateExpression, ExpressionAttributeNames: names, ExpressionAttributeValues: values } = request;
  const [assignments = '', removed = ''] = UpdateExpression.replace(/^SET /, '').split(' REMOVE ');
  const after = { ...before };
  for (const [, target, kept, value, plus] of assignments.matchAll(
    /(#\w+) = (?:if_not_exists\((#\w+), )?(:\w+)\)?(?: \+ (:\w+))?/g,
  )) {
    const old = kept === undefined ? undefined : before[names[kept] as string];
    const base: Attribute = old ?? values[value as string] ?? {};
    const sum = plus === undefined ? base : { N: String(Number(base.N) + Number(values[plus]?.N)) };
    after[names[target as string] as string] = sum;
  }
  for (const name of removed.split(', ').filter(Boolean)) delete after[names[name] as string];
  return after;
}
