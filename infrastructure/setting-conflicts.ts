type Given = Record<string, string | undefined>;

const BUCKET_PAIRS = [
  ['objectLockMode', 'objectLockDays'],
  ['coldStorageClass', 'coldStorageDays'],
] as const;
const PAIRS = [...BUCKET_PAIRS, ['apiJwtIssuer', 'apiJwtAudience']] as const;

/** Each is looked up from functions, or by the bucket, that are in one region. */
const REGIONAL = ['kmsKeyArn', 'secretsKmsKeyArn', 'alarmTopicArn', 'eventBusName'] as const;

const halfPairs = (given: Given) =>
  PAIRS.filter(([one, other]) => Boolean(given[one]) !== Boolean(given[other])).map(([one, other]) => {
    const [set, unset] = given[one] ? [one, other] : [other, one];
    return `${set} is "${given[set]}" and ${unset} is empty; expected both or none.`;
  });

const settingsOfNewBuckets = (given: Given) =>
  BUCKET_PAIRS.flat()
    .filter((name) => given.existingBucket && given[name])
    .map(
      (name) =>
        `${name} is "${given[name]}" together with existingBucket; expected it to be set on that bucket by hand.`,
    );

/** @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-transition-general-considerations.html */
const tooEarly = ({ coldStorageClass, coldStorageDays }: Given) =>
  coldStorageClass === 'STANDARD_IA' && Number(coldStorageDays) < 30
    ? [`coldStorageDays is "${coldStorageDays}"; expected at least 30, before which S3 moves nothing to STANDARD_IA.`]
    : [];

const elsewhere = (given: Given) =>
  REGIONAL.flatMap((name) => {
    const region = /^arn:[^:]*:[^:]*:([^:]+):/.exec(given[name] ?? '')?.[1];
    const isElsewhere = region && given.region && region !== given.region;
    return isElsewhere ? [`${name} is in ${region}; expected ${given.region}, the region of the stack.`] : [];
  });

/** IAM knows no scopes. */
const scopeWithoutIssuer = ({ apiJwtScope, apiJwtIssuer }: Given) =>
  apiJwtScope && !apiJwtIssuer
    ? [`apiJwtScope is "${apiJwtScope}" and apiJwtIssuer is empty; expected an issuer whose tokens have that scope.`]
    : [];

/** The vendor gives an uploaded file only to somebody. */
const nobodyToAsk = ({ documents, userEmail }: Given) =>
  documents === 'all' && !userEmail
    ? ['documents is "all" and userEmail is empty; expected the e-mail address for which uploaded files are asked for.']
    : [];

/** A sentence for each combination of settings that makes no sense, whatever else is wrong with them. */
export const findConflicts = (given: Given): string[] =>
  [halfPairs, settingsOfNewBuckets, tooEarly, scopeWithoutIssuer, nobodyToAsk, elsewhere].flatMap((find) =>
    find(given),
  );
