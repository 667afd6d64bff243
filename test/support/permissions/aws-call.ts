import type { IncomingMessage } from 'node:http';
import { accountId, region } from '../../../local/local-account.ts';
import { findOperation } from '../../../local/s3/operations.ts';
import { parseRequest } from '../../../local/s3/s3-request.ts';

export type Place = 'object' | 'bucket' | 'table' | 'index' | 'queue' | 'parameter' | 'bus' | 'logGroup';

/** A call as IAM judges it: what is asked, with the options that matter, and the ARNs of what it is asked of. */
export type AwsCall = {
  service: string;
  call: string;
  options: readonly string[];
  places: Partial<Record<Place, string>>;
};

type Described = Pick<AwsCall, 'options' | 'places'>;

const arn = (service: string, name: string) => `arn:aws:${service}:${region}:${accountId}:${name}`;

/** The other services speak JSON and name the call in a header. */
const DESCRIBE: Record<string, (body: unknown) => Described> = {
  dynamodb(body) {
    const { TableName, IndexName } = body as { TableName: string; IndexName?: string };
    const table = arn('dynamodb', `table/${TableName}`);
    if (IndexName === undefined) return { options: [], places: { table } };
    return { options: ['IndexName'], places: { index: `${table}/index/${IndexName}` } };
  },
  sqs(body) {
    const { QueueUrl } = body as { QueueUrl: string };
    return { options: [], places: { queue: arn('sqs', QueueUrl.replace(/^.*\//, '')) } };
  },
  ssm(body) {
    const { Name, WithDecryption } = body as { Name: string; WithDecryption?: boolean };
    const options = WithDecryption ? ['WithDecryption'] : [];
    return { options, places: { parameter: arn('ssm', `parameter/${Name.replace(/^\//, '')}`) } };
  },
  events(body) {
    const { Entries } = body as { Entries: { EventBusName?: string }[] };
    const bus = Entries[0]?.EventBusName ?? 'default';
    return { options: [], places: { bus: bus.startsWith('arn:') ? bus : arn('events', `event-bus/${bus}`) } };
  },
};

/** @param service as the signature names it; of one that is not known, only the call is told */
export function describeCall(service: string, request: IncomingMessage, { body, status }: Answered): AwsCall {
  if (service === 's3') return describeS3Call(request, status);
  const { method, url, headers } = request;
  const call = headers['x-amz-target']?.toString().replace(/^.*\./, '') ?? `${method} ${url}`;
  const { options = [], places = {} } = DESCRIBE[service]?.(JSON.parse(body.toString())) ?? {};
  return { service, call, options, places };
}

export type Answered = { body: Buffer; status: number };

/** Whatever else a request carries may want a permission of its own, such as `x-amz-tagging`. */
const HARMLESS_HEADERS =
  /^x-amz-(date|algorithm|credential|expires|signature|signedheaders|security-token|content-sha256|user-agent|checksum-(algorithm|crc32|sha256|type)|sdk-checksum-algorithm|meta-[\w-]+|mp-object-size)$/;
const HARMLESS_QUERY = ['x-id', 'uploads', 'uploadId', 'partNumber'];

function describeS3Call(request: IncomingMessage, status: number): AwsCall {
  const parsed = parseRequest(request);
  const { bucket, key, headers, query } = parsed;
  const call = findOperation(parsed)?.name ?? `${request.method} ${request.url}`;
  const telling = Object.keys(headers).filter(
    (name) => name.startsWith('if-') || (name.startsWith('x-amz-') && !HARMLESS_HEADERS.test(name)),
  );
  const asked = [...query.keys()].filter((name) => !HARMLESS_QUERY.includes(name) && !/^x-amz-/i.test(name));
  const missing = call === 'HeadObject' && status === 404 ? ['no such object'] : [];
  // Ids and file names are not known beforehand: no role can be narrower than what comes before them.
  const pattern = key.replace(/tasks\/[^/]+\/(?:steps\/[^/]+\/[^/]+|manifest\.json)$/, 'tasks/*');
  return {
    service: 's3',
    call,
    options: [...telling, ...asked, ...missing].toSorted(),
    places: { bucket: `arn:aws:s3:::${bucket}`, object: `arn:aws:s3:::${bucket}/${pattern}` },
  };
}
