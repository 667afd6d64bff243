import type { Stack } from './stack.ts';

const event = 'events/webhook.tasks-completed.json';

/** Where everything listens, for the top of the screen. */
export const describeStack = ({ webhookUrl, apiUrl, vendor, storage, s3, table, queue, bus }: Stack) => `
Chamelio Archive: the real handlers, and everything they talk to, in this process. All of it listens on 127.0.0.1 only.

  webhook           ${webhookUrl}
  HTTP API          ${apiUrl}   without an authorizer here
  vendor (stand-in) ${vendor.url}   API
                    ${storage.url}   storage behind its download URLs
  S3                ${s3.url}   bucket ${s3.bucket}, with versions
  DynamoDB          ${table.url}   table ${table.tableName}
  SQS               ${queue.url}   queue ${queue.queueUrl.split('/').at(-1)}, dead letters in ${queue.deadLetterQueueUrl.split('/').at(-1)}
  EventBridge       ${bus.url}   bus ${bus.busName}
`;

/** Lines to paste into another terminal, in the project's folder. `environmentFile` holds this run's keys and endpoints. */
export const describeMore = (
  { webhookUrl, apiUrl, vendor, s3, table, queue, bus }: Stack,
  environmentFile: string,
) => `\
Try more, from another terminal in this folder. First: this run's endpoints, keys and webhook secret:

  set -a; . ${environmentFile}; set +a

The same delivery again, signed; it changes nothing:

  curl -i ${webhookUrl} -H 'content-type: application/json' --data-binary @${event} \\
    -H "x-chamelio-signature: sha256=$(openssl dgst -sha256 -hmac "$CHAMELIO_WEBHOOK_SECRET" < ${event} | sed 's/.* //')"

The same with the operator's command line, and what else it says; \`npx chamelio-archive --help\` shows all of it:

  npx chamelio-archive send ${event} --to ${webhookUrl}
  npx chamelio-archive status task_demo
  npx chamelio-archive doctor

A wrong signature; 401, and nothing is queued:

  curl -i ${webhookUrl} -H 'content-type: application/json' --data-binary @${event} \\
    -H "x-chamelio-signature: sha256=${'0'.repeat(64)}"

The HTTP API: what is known of the task; one document, asked for as the vendor is asked; a run, copied even what is unchanged:

  curl -s ${apiUrl}/tasks/task_demo/documents
  curl -s ${vendor.url}/tasks/task_demo/steps/signed_step/document -H "x-api-key: $CHAMELIO_API_KEY"
  curl -s ${apiUrl}/tasks/task_demo/steps/signed_step/document
  curl -OJ "$(curl -s ${apiUrl}/tasks/task_demo/steps/signed_step/document | sed 's/.*"download_url":"\\([^"]*\\)".*/\\1/')"
  curl -s ${apiUrl}/tasks/task_demo/steps/draft_step/archive -H 'content-type: application/json' -d '{"force": true}'

The record and the object, with the AWS CLI; the two hashes are the same:

  aws --endpoint-url ${table.url} dynamodb get-item --table-name ${table.tableName} \\
    --key '{"task_id": {"S": "task_demo"}, "step_id": {"S": "signed_step"}}'
  aws --endpoint-url ${s3.url} s3api get-object --bucket ${s3.bucket} \\
    --key 'tasks/task_demo/steps/signed_step/Master Services Agreement (signed).pdf' /tmp/signed.pdf && sha256sum /tmp/signed.pdf

What was published, as a rule's target gets it:

  curl -s ${bus.url}

Each object was written once, however often the webhook came:

  aws --endpoint-url ${s3.url} s3api list-object-versions --bucket ${s3.bucket} --query 'Versions[].[Key,VersionId,Size]'

One document, without a webhook, copied even though it is unchanged; and what waits to be tried again:

  aws --endpoint-url ${queue.url} sqs send-message --queue-url ${queue.queueUrl} \\
    --message-body '{"task_id": "task_demo", "step_id": "draft_step", "force": true}'
  aws --endpoint-url ${queue.url} sqs get-queue-attributes --queue-url ${queue.queueUrl} --attribute-names All
`;
