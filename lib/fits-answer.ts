const MAX_ANSWER_BYTES = 6 * 1024 * 1024;

/**
 * Whether Lambda hands an answer on: it takes 6 MB of JSON, in which a body of JSON has its quotes escaped. Of a larger one
 * the caller would learn nothing but that something failed.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
 */
export const fitsAnswer = (answer: object): boolean => Buffer.byteLength(JSON.stringify(answer)) <= MAX_ANSWER_BYTES;
