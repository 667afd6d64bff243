import {
  countMessages,
  findQueueUrl,
  type QueueAttributes,
  readQueueAttributes,
  readRedrivePolicy,
} from './adapters/queue-attributes.ts';
import type { Connection } from './connection.ts';
import { type Finding, good, judge, type Verdict, warn, wrong } from './verdict.ts';

/** archive's 900 s and a minute more. @see docs/design.md "Limits" */
const MIN_VISIBILITY_SECONDS = 960;
/** 14 days, the most there is. */
const RETENTION_SECONDS = 14 * 24 * 3600;
const ACTION = 'sqs:GetQueueAttributes';

/** The queue and its dead-letter queue. */
export async function checkQueues({ sqs, queueUrl, maxReceiveCount }: Connection): Promise<Finding[]> {
  let attributes: QueueAttributes = {};
  const first = await judge('queue', ACTION, async () => {
    attributes = await readQueueAttributes(sqs, queueUrl);
    return judgeVisibility(attributes);
  });
  if (attributes.QueueArn === undefined) return [first];
  const policy = readRedrivePolicy(attributes);
  const redrive = { check: 'queue redrive', ...judgeRedrive(policy?.maxReceiveCount, maxReceiveCount) };
  if (!policy) return [first, redrive];
  const deadLetterUrl = findQueueUrl(policy.deadLetterTargetArn, queueUrl);
  const last = judge('dead letters', ACTION, async () =>
    judgeDeadLetters(await readQueueAttributes(sqs, deadLetterUrl)),
  );
  return [first, redrive, await last];
}

function judgeVisibility({ VisibilityTimeout, QueueArn }: QueueAttributes): Verdict {
  const seconds = Number(VisibilityTimeout);
  if (seconds >= MIN_VISIBILITY_SECONDS) return good(`${QueueArn} is there, with a visibility of ${seconds} s`);
  const message = `its visibility is ${seconds} s: a message can be seen twice while it is worked on`;
  return wrong(message, `Set VisibilityTimeout to ${MIN_VISIBILITY_SECONDS} or more.`);
}

function judgeRedrive(found: number | undefined, expected: number): Verdict {
  if (found === undefined)
    return wrong('it has no dead-letter queue', `Set a RedrivePolicy, maxReceiveCount ${expected}.`);
  if (found === expected) return good(`after ${found} receives a message goes to the dead-letter queue`);
  const message = `its maxReceiveCount is ${found}, MAX_RECEIVE_COUNT is ${expected}: the last receive is not known to be the last`;
  return wrong(message, 'Make them the same, here and in the functions.');
}

function judgeDeadLetters(attributes: QueueAttributes): Verdict {
  const count = countMessages(attributes);
  if (count > 0) return warn(`there are ${count} messages`, 'Look with `status` why, mend it, then `redrive`.');
  const seconds = Number(attributes.MessageRetentionPeriod);
  if (seconds >= RETENTION_SECONDS) return good('there are none, and they would be kept for 14 days');
  return warn(`they are kept for ${seconds} s only`, `Set MessageRetentionPeriod to ${RETENTION_SECONDS}.`);
}
