import type { RefusedError } from '../lib/errors.ts';
import type { StepId } from '../lib/ports.ts';
import { type Message, parseMessage } from '../lib/queue-message.ts';
import { TASK_STEP_ID } from '../lib/record.ts';
import { parseJson } from '../lib/validation.ts';
import type { DeadLetter, DeadLetters } from './adapters/dead-letters.ts';
import { nameStep, type RedriveTools } from './redrive-tools.ts';
import type { Fate } from './redrive-report.ts';

/**
 * Sends dead letters again as they are, and removes them then: whoever is killed in between has sent one twice. One
 * whose document was sent for already, by its record or by another letter, is only removed. What is left, and all of it
 * on a dry run, is seen again at once. The report is complete where nothing says that there are more than it has met.
 */
export async function redriveDeadLetters(
  tools: RedriveTools,
  deadLetters: DeadLetters,
  { isDryRun }: { isDryRun: boolean },
): Promise<void> {
  const { send, report, signal } = tools;
  const hidden = new Map<string, DeadLetter['receiptHandle']>();
  const expected = await deadLetters.count();
  let seen = 0;

  async function settle(letters: readonly DeadLetter[]): Promise<void> {
    const judged: (Judgement & { letter: DeadLetter })[] = [];
    // One after the other: the second of two for the same document is to know of the first.
    for (const letter of letters) judged.push({ letter, ...(await judge(letter, tools)) });
    await send(judged.flatMap(({ fate, letter }) => (fate === 'sent' ? [letter.body] : [])));
    const gone = judged.flatMap(({ fate, letter }) => (fate === 'left' || isDryRun ? [] : [letter]));
    await deadLetters.remove(gone.map(({ receiptHandle }) => receiptHandle));
    for (const { id } of gone) hidden.delete(id);
    for (const { fate, reason, problem, letter } of judged) {
      report.count({ kind: 'dead_letter', reason, fate });
      if (problem !== undefined) report.listMalformed(letter.id, problem);
    }
  }

  try {
    while (!signal.aborted) {
      const received = await deadLetters.receive();
      const unseen = received.filter(({ id }) => !hidden.has(id));
      for (const { id, receiptHandle } of received) hidden.set(id, receiptHandle);
      if (received.length === 0 && seen >= expected) report.markComplete();
      // Also when the first ones are seen again, because there are so many.
      if (unseen.length === 0) return;
      await settle(unseen);
      seen += unseen.length;
    }
  } finally {
    await deadLetters.release([...hidden.values()]);
  }
}

type Judgement = { fate: Fate; reason: string; problem?: string };

async function judge({ body, sentAt }: DeadLetter, tools: RedriveTools): Promise<Judgement> {
  const { table, sent, selection } = tools;
  const message = readMessage(body);
  if ('problem' in message) return { fate: 'left', reason: 'malformed', ...message };
  if (await isSentFor(message, tools)) return { fate: 'removed', reason: 'sent for already' };

  const step = findStep(message);
  const record = step && (await table.read(step));
  const code = (record?.error as { code?: string } | undefined)?.code;
  const changedAt = record ? String(record.updated_at) : new Date(sentAt).toISOString();
  const isSelected = selection.code === undefined || selection.code === code;
  if (!isSelected || changedAt > selection.until.toISOString()) return { fate: 'left', reason: 'not selected' };
  if (step && asksForDocuments(message)) sent.add(nameStep(step));
  return { fate: 'sent', reason: record ? [record.status, code].filter(Boolean).join(' ') : 'no record' };
}

type Request = Extract<Message, { kind: 'task' | 'step' }>;

/** To note that a task was begun or cancelled is another thing. */
const asksForDocuments = (message: Message): message is Request => message.kind === 'task' || message.kind === 'step';

/** Whether this run has sent all that a letter asks for. */
async function isSentFor(message: Message, { table, sent }: RedriveTools): Promise<boolean> {
  // What is forced asks for more than its record does.
  if (!asksForDocuments(message) || message.force || !sent.has(nameStep(findStep(message)))) return false;
  const { taskId } = message;
  // A step change that was heard of first begins its task, too.
  const opensTask = message.kind === 'step' && message.opensTask;
  return !opensTask || (await table.read({ taskId, stepId: TASK_STEP_ID })) !== undefined;
}

function readMessage(body: string): Message | { problem: string } {
  try {
    return parseMessage(parseJson(body));
  } catch (error) {
    return { problem: (error as RefusedError).message };
  }
}

function findStep(message: Request): StepId;
function findStep(message: Message): StepId | undefined;
function findStep(message: Message): StepId | undefined {
  if (message.kind === 'ignored') return undefined;
  return { taskId: message.taskId, stepId: message.kind === 'step' ? message.stepId : TASK_STEP_ID };
}
