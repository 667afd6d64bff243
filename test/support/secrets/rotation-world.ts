import { json, type Script, serve } from '../scripted-server.ts';
import { API_KEY_PARAMETER, startSecretsWorld, WEBHOOK_SECRET_PARAMETER } from './secrets-world.ts';

export const MINUTE_MS = 60_000;

export type RotationWorld = Awaited<ReturnType<typeof startRotationWorld>>;

/** The secrets world with a clock that is moved by hand: one process of each function lives through a rotation. */
export async function startRotationWorld() {
  const world = await startSecretsWorld({ maxReceiveCount: 10 });
  let clockAheadMs = 0;
  let count = 0;

  /** Hands a message for this task over, as its queue does. */
  async function receive(taskId: string): Promise<'archived' | 'comes back'> {
    const body = JSON.stringify({ task_id: taskId, step_id: 'step' });
    const attributes = { ApproximateReceiveCount: '1' };
    const record = { eventSource: 'aws:sqs', messageId: 'one', receiptHandle: 'one', body, attributes };
    const { answer } = await world.functions.invoke('archive', { Records: [record] }, { clockAheadMs });
    const { batchItemFailures } = answer as { batchItemFailures: unknown[] };
    return batchItemFailures.length === 0 ? 'archived' : 'comes back';
  }

  return {
    ...world,
    pass: (ms: number) => void (clockAheadMs += ms),
    setWebhookSecret: (value: string) => world.parameters.set(WEBHOOK_SECRET_PARAMETER, { value }),
    setApiKey: (value: string) => world.parameters.set(API_KEY_PARAMETER, { value }),
    countSecretReadings: () => world.parameters.countReadings(WEBHOOK_SECRET_PARAMETER),
    countKeyReadings: () => world.parameters.countReadings(API_KEY_PARAMETER),
    /** Delivers an event signed with `secret`: the status it is answered with. */
    async deliverWebhook(secret: string): Promise<number> {
      const event = { event: 'flows.tasks.completed', event_id: `evt_${++count}`, data: { task_id: 'task_rotated' } };
      const { answer } = await world.post(JSON.stringify(event), { secret, clockAheadMs });
      return (answer as { statusCode: number }).statusCode;
    },
    receive,
    createTask: () => `task_rotated_${++count}`,
    /** The vendor takes only these keys for a task, and has its document. */
    acceptKeys(taskId: string, keys: readonly string[]): void {
      const answer: Script = ({ request, storageUrl }) =>
        keys.includes(String(request.headers['x-api-key']))
          ? json(200, { download_url: `${storageUrl}/${taskId}/a.pdf`, file_name: 'Contract.pdf' })
          : json(401, { detail: 'API key has been revoked' });
      world.vendor.script(taskId, [answer]);
      world.storage.script(taskId, [serve(Buffer.from('%PDF-1.7\n'))]);
    },
    /** The keys that the vendor was asked with for a task. */
    listKeys: (taskId: string) => world.vendor.listRequests(taskId).map(({ headers }) => headers['x-api-key']),
  };
}
