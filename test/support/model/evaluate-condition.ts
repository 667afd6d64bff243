type Values = Readonly<Record<string, unknown>>;

const TOKEN = /[#:]?\w+|<>|<=|>=|[=<>(),]/g;

const COMPARISONS: Readonly<Record<string, (order: number) => boolean>> = {
  '<': (order) => order < 0,
  '<=': (order) => order <= 0,
  '>': (order) => order > 0,
  '>=': (order) => order >= 0,
};

/** Texts go by their code units here, in DynamoDB by their bytes: the same for all that a record holds. */
function compareValues(left: unknown, operator: string, right: unknown): boolean {
  if (operator === '=') return left !== undefined && left === right;
  if (operator === '<>') return left !== right;
  if (left === undefined || typeof left !== typeof right) return false;
  const order = (left as string) < (right as string) ? -1 : Number(left !== right);
  return COMPARISONS[operator]?.(order) ?? failToRead(operator);
}

function failToRead(token: string | undefined): never {
  throw new Error(`The model does not know the condition at "${token ?? 'its end'}".`);
}

/**
 * Whether a condition holds for an item: comparisons, IN, attribute_exists and attribute_not_exists, AND and OR.
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.OperatorsAndFunctions.html
 */
export function evaluateCondition(condition: string, item: Values, values: Values): boolean {
  const tokens = condition.match(TOKEN) ?? [];

  function take(expected?: string): string {
    const token = tokens.shift();
    if (token === undefined || (expected !== undefined && token !== expected)) return failToRead(token);
    return token;
  }

  function readOperand(): unknown {
    const token = take();
    if (token.startsWith('#')) return item[token.slice(1)];
    return token.startsWith(':') ? values[token.slice(1)] : failToRead(token);
  }

  function readList(): unknown[] {
    take('(');
    const list = [readOperand()];
    while (tokens[0] === ',') {
      take(',');
      list.push(readOperand());
    }
    take(')');
    return list;
  }

  function readTerm(): boolean {
    if (tokens[0] === '(') {
      take();
      const isMet = readAlternatives();
      take(')');
      return isMet;
    }
    if (tokens[0]?.startsWith('attribute_')) {
      const isWanted = take() === 'attribute_exists';
      return (readList()[0] !== undefined) === isWanted;
    }
    const left = readOperand();
    const operator = take();
    if (operator === 'IN') return readList().some((right) => compareValues(left, '=', right));
    return compareValues(left, operator, readOperand());
  }

  function readAll(): boolean {
    let isMet = readTerm();
    while (tokens[0] === 'AND') {
      take();
      isMet = readTerm() && isMet;
    }
    return isMet;
  }

  function readAlternatives(): boolean {
    let isMet = readAll();
    while (tokens[0] === 'OR') {
      take();
      isMet = readAll() || isMet;
    }
    return isMet;
  }

  const isMet = readAlternatives();
  return tokens.length === 0 ? isMet : failToRead(tokens[0]);
}
