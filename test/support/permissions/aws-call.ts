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

type Body = Record<string, unknown>;
type Described = Pick<AwsCall, 'options' | 'places'>;

const arn = (service: string, name: string) => `arn:aws:${service}:${region}:${accountId}:${name}`;

/** The other services speak JSON and name the call in a header. */
const DESCRIBE: Record<string, (body: Body) => Described> = {
  dynamodb: ({ TableName, IndexName }) =>
    IndexName === undefined
      ? { options: [], places: { table: arn('dynamodb', `table/${String(TableName)}`) } }
      : {
          options: ['IndexName'],
          places: { index: arn('dynamodb', `table/${String(TableName)}/index/${String(IndexName)}`) },
        },
  sqs: ({ QueueUrl }) => ({
    options: [],
    places: { queue: arn('sqs', String(new URL(String(QueueUrl)).pathname.split('/').at(-1))) },
  }),
  ssm: ({ Name, WithDecryption }) => ({
    options: WithDecryption === true ? ['WithDecryption'] : [],
    places: { parameter: arn('ssm', `parameter/${String(Name).replace(/^\//, '')}`) },
  }),
  events: ({ Entries }) => {
    const { EventBusName } = (Entries as { EventBusName: string }[])[0] ?? {};
    const name = String(EventBusName);
    return { options: [], places: { bus: name.startsWith('arn:') ? name : arn('events', `event-bus/${name}`) } };
  },
};

/** @param service as the signature names it; of one that is not known, only the call is told */
export function describeCall(service: string, request: IncomingMessage, { body, status }: Answered): AwsCall {
  if (service === 's3') return describeS3Call(request, status);
  const { method, url, headers } = request;
  const call = headers['x-amz-target']?.toString().replace(/^.*\./, '') ?? `${method} ${url}`;
  const { options = [], places = {} } = DESCRIBE[service]?.(JSON.parse(body.toString()) as Body) ?? {};
  return { service, call, options, places };
}

export type Answered = { body: Buffer; status: number };

/** Whatever else a request carries may want a permission of its own, such as `x-amz-tagging`. */
const HARMLESS_HEADERS =
  /^x-amz-(date|content-sha256|user-agent|checksum-(algorithm|crc32|sha256|type)|sdk-checksum-algorithm|meta-[\w-]+|mp-object-size)$/;
const HARMLESS_QUERY = ['x-id', 'uploads', 'uploadId', 'partNumber'];

function describeS3Call(request: IncomingMessage, status: number): AwsCall {
  const parsed = parseRequest(request);
  const { bucket, key, headers, query } = parsed;
  const call = findOperation(parsed)?.name ?? `${request.method} ${request.url}`;
  const telling = Object.keys(headers).filter(
    (name) => name.startsWith('if-') || (name.startsWith('x-amz-') && !HARMLESS_HEADERS.test(name)),
  );
  const asked = [...query.keys()].filter((name) => !HARMLESS_QUERY.includes(name));
  const missing = call === 'HeadObject' && status === 404 ? ['no such object'] : [];
  // Ids and file names are not known beforehand: no role can be narrower than what comes before them.
  const pattern = key.replace(/tasks\/[^/]+\/steps\/[^/]+\/[^/]+$/, 'tasks/*');
  return {
    service: 's3',
    call,
    options: [...telling, ...asked, ...missing].toSorted(),
    places: { bucket: `arn:aws:s3:::${bucket}`, object: `arn:aws:s3:::${bucket}/${pattern}` },
  };
}
