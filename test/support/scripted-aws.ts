import { createServer, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { type Listening, listenOnLoopback } from '../../local/listen-on-loopback.ts';

export type AwsAnswer = { status?: number; body?: string | object };

export type ScriptedAws = Listening & {
  /** What an operation answers from now on, such as `s3:versioning`, `DescribeTable` or, of one queue, `GetQueueAttributes archive`. */
  set: (answers: Readonly<Record<string, AwsAnswer>>) => void;
};

/** A refusal of S3. */
export const refuseS3 = (status: number, code: string, message = code): AwsAnswer => ({
  status,
  body: `<?xml version="1.0"?><Error><Code>${code}</Code><Message>${message}</Message></Error>`,
});

/** A refusal of the services that speak JSON. */
export const refuseJson = (type: string, message = type): AwsAnswer => ({
  status: 400,
  body: { __type: type, message },
});

function nameOperation({ headers, method, url = '/' }: IncomingMessage, body: string): string {
  const target = headers['x-amz-target'];
  if (target === undefined)
    return `s3:${method === 'HEAD' ? 'head' : [...new URL(url, 'http://s3').searchParams.keys()][0]}`;
  const operation = String(target).split('.')[1] as string;
  const queueUrl = (JSON.parse(body) as { QueueUrl?: string }).QueueUrl;
  return queueUrl === undefined ? operation : `${operation} ${queueUrl.split('/').at(-1)}`;
}

/** S3, DynamoDB, SQS and EventBridge on loopback, which answer each operation as they are told. */
export async function startScriptedAws(): Promise<ScriptedAws> {
  const answers = new Map<string, AwsAnswer>();
  const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
    const answer = async () => {
      const { status = 200, body = '' } = answers.get(nameOperation(request, await text(request))) ?? { status: 404 };
      response.writeHead(status, {
        'content-type': typeof body === 'string' ? 'application/xml' : 'application/x-amz-json-1.0',
      });
      response.end(typeof body === 'string' ? body : JSON.stringify(body));
    };
    answer().catch(() => response.destroy());
  });
  return {
    ...(await listenOnLoopback(server)),
    set: (more) => {
      for (const [operation, answer] of Object.entries(more)) answers.set(operation, answer);
    },
  };
}
