import { PRICES } from '../../infrastructure/prices.ts';

/** What one document uses, of what AWS bills. */
export type Usage = {
  httpRequests: number;
  webhookRequests: number;
  webhookGbSeconds: number;
  queueRequests: number;
  archiveRequests: number;
  archiveGbSeconds: number;
  bucketWrites: number;
  tableWriteUnits: number;
  tableReadUnits: number;
  logBytes: number;
};

export type Part = { part: string; unit: string; perDocument: number; usdPerMillion: number };

const MILLION = 1_000_000;

const PARTS: readonly { part: string; unit: string; of: keyof Usage; price: number }[] = [
  { part: 'API Gateway, HTTP API', unit: 'requests', of: 'httpRequests', price: PRICES.httpRequest },
  { part: 'webhook', unit: 'requests', of: 'webhookRequests', price: PRICES.lambdaRequest },
  { part: 'webhook', unit: 'GB-s', of: 'webhookGbSeconds', price: PRICES.lambdaGbSecond },
  { part: 'SQS', unit: 'requests', of: 'queueRequests', price: PRICES.queueRequest },
  { part: 'archive', unit: 'requests', of: 'archiveRequests', price: PRICES.lambdaRequest },
  { part: 'archive', unit: 'GB-s', of: 'archiveGbSeconds', price: PRICES.lambdaGbSecond },
  { part: 'S3', unit: 'PUT', of: 'bucketWrites', price: PRICES.bucketWrite },
  { part: 'DynamoDB', unit: 'write units', of: 'tableWriteUnits', price: PRICES.tableWriteUnit },
  { part: 'DynamoDB', unit: 'read units', of: 'tableReadUnits', price: PRICES.tableReadUnit },
  { part: 'CloudWatch Logs', unit: 'bytes', of: 'logBytes', price: PRICES.logByte },
];

/** US dollars for a million documents, by part; what is kept is paid for by the month and no part of it. */
export const priceParts = (usage: Usage): Part[] =>
  PARTS.map(({ part, unit, of, price }) => ({
    part,
    unit,
    perDocument: usage[of],
    usdPerMillion: usage[of] * price * MILLION,
  }));

export const sumParts = (parts: readonly Part[]): number =>
  parts.reduce((sum, { usdPerMillion }) => sum + usdPerMillion, 0);
