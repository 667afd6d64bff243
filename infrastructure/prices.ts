/**
 * List prices in US dollars of us-east-1 on 1 December 2024, beyond any free tier, of one unit each. Other regions differ:
 * Frankfurt is up to a quarter dearer.
 * @see https://aws.amazon.com/lambda/pricing/, and /dynamodb/, /sqs/, /s3/, /api-gateway/, /cloudwatch/ beside it
 */
export const PRICES = {
  /** arm64. */
  lambdaGbSecond: 0.000_013_333_4,
  lambdaRequest: 0.2e-6,
  tableWriteUnit: 0.625e-6,
  tableReadUnit: 0.125e-6,
  queueRequest: 0.4e-6,
  /** A PUT of a whole object or of one part. */
  bucketWrite: 5e-6,
  /** S3 Standard; a month of 30 days. */
  bucketByteDay: 0.023 / 2 ** 30 / 30,
  httpRequest: 1e-6,
  logByte: 0.5 / 2 ** 30,
} as const;
