import { expect, it } from '@jest/globals';
import { priceParts, sumParts, type Usage } from '../../bench/cost/price-parts.ts';
import { PRICES } from '../../infrastructure/prices.ts';

const NOTHING: Usage = {
  httpRequests: 0,
  webhookRequests: 0,
  webhookGbSeconds: 0,
  queueRequests: 0,
  archiveRequests: 0,
  archiveGbSeconds: 0,
  bucketWrites: 0,
  tableWriteUnits: 0,
  tableReadUnits: 0,
  logBytes: 0,
};

it.each<[keyof Usage, number]>([
  ['httpRequests', PRICES.httpRequest],
  ['webhookRequests', PRICES.lambdaRequest],
  ['webhookGbSeconds', PRICES.lambdaGbSecond],
  ['queueRequests', PRICES.queueRequest],
  ['archiveRequests', PRICES.lambdaRequest],
  ['archiveGbSeconds', PRICES.lambdaGbSecond],
  ['bucketWrites', PRICES.bucketWrite],
  ['tableWriteUnits', PRICES.tableWriteUnit],
  ['tableReadUnits', PRICES.tableReadUnit],
  ['logBytes', PRICES.logByte],
])('prices %s a million times', (name, price) => {
  expect(sumParts(priceParts({ ...NOTHING, [name]: 2 }))).toBeCloseTo(2_000_000 * price, 10);
});
