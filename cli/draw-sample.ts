import { randomInt } from 'node:crypto';

type Options = {
  size: number;
  /** A whole number from 0 to below `max`, each as likely. */
  choose?: (max: number) => number;
};

/**
 * Draws from what passes, so that each one is as likely to be drawn and no more than `size` are held (reservoir
 * sampling, Vitter's algorithm R).
 * @see https://doi.org/10.1145/3147.3165
 */
export async function drawSample<T>(
  source: AsyncIterable<T>,
  { size, choose = (max) => randomInt(max) }: Options,
): Promise<T[]> {
  const drawn: T[] = [];
  let seen = 0;
  for await (const item of source) {
    seen += 1;
    const place = seen <= size ? seen - 1 : choose(seen);
    if (place < size) drawn[place] = item;
  }
  return drawn;
}
