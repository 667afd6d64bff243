export type ServiceName = 'vendor' | 'storage' | 's3' | 'dynamodb' | 'sqs';

/** A request as it came; `body` of those whose body is text. */
export type Call = {
  service: ServiceName;
  method: string;
  path: string;
  headers: Record<string, string>;
  body: string;
};

/** Where everything listens. */
export type Urls = { vendorUrl: string; s3Url: string; dynamodbUrl: string; sqsUrl: string };

/** How long each takes to answer, in milliseconds. */
export type LatenciesMs = Record<ServiceName, number>;

export function originOf({ service }: Call, urls: Urls): string {
  const { vendorUrl, s3Url, dynamodbUrl, sqsUrl } = urls;
  return { vendor: vendorUrl, storage: vendorUrl, s3: s3Url, dynamodb: dynamodbUrl, sqs: sqsUrl }[service];
}
