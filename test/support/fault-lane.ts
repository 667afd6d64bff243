import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DeleteObjectCommand, ListObjectVersionsCommand } from '@aws-sdk/client-s3';
import { startHttpFront } from '../../local/http-front.ts';
import { signWebhook } from '../../local/sign-webhook.ts';
import { storagePath } from '../../local/vendor-task.ts';
import { createEventSource } from './event-source.ts';
import { startFaultWorld } from './fault-world.ts';
import { startFunctionHost } from './function-host.ts';

export const STEP = 'signed_step';

/** Longer than a lease, and than a message stays hidden. */
const PASSING_MS = 1_000_000;
const MAX_POSTS = 5;
const MAX_BATCHES = 40;

export type FaultLane = Awaited<ReturnType<typeof startFaultLane>>;

/** The whole path in a world of its own: a vendor that posts, the handlers in a process, and a queue that redelivers. */
export async function startFaultLane(options: { maxReceiveCount?: number } = {}) {
  const world = await startFaultWorld(options);
  const host = startFunctionHost(world.environment);
  const source = createEventSource(world.queue, host);
  const completion = await readFile(join(import.meta.dirname, '../../events/webhook.tasks-completed.json'), 'utf8');
  const front = await startHttpFront({
    routes: {
      'POST /webhooks/chamelio': {
        functionName: 'webhook',
        timeoutMs: 10_000,
        handler: async (event) => {
          const outcome = await host.invoke('webhook', event, world.clock.aheadMs);
          return outcome === 'died' ? { statusCode: 500 } : outcome.answer;
        },
      },
    },
  });

  /** What Chamelio has of a task from now on: one completed step with this document. */
  function setDocument(taskId: string, content: Buffer): void {
    const document = { fileName: 'Contract.pdf', contentType: 'application/pdf', content };
    world.storage.put(storagePath(taskId, STEP), document);
    if (world.tasks.some((task) => task.taskId === taskId)) return;
    world.tasks.push({
      taskId,
      title: 'A contract',
      status: 'completed',
      workflowId: 'wf_msa',
      workflowName: 'MSA',
      createdAt: '2025-11-03T09:12:44.031Z',
      steps: [{ stepId: STEP, stepName: 'Sign', stepType: 'signature', document }],
    });
  }

  /** Lets go of what a task takes up in memory and on the disk. */
  async function forgetTask(taskId: string): Promise<void> {
    world.storage.put(storagePath(taskId, STEP), { contentType: 'application/pdf', content: Buffer.alloc(0) });
    world.tasks.splice(0);
    const { client, bucket: Bucket } = world.s3;
    const { Versions = [] } = await client.send(new ListObjectVersionsCommand({ Bucket, Prefix: `tasks/${taskId}/` }));
    for (const { Key, VersionId } of Versions) await client.send(new DeleteObjectCommand({ Bucket, Key, VersionId }));
  }

  /** Posts the signed completion, again and again as the vendor does, until it is taken. */
  async function postCompletion(taskId: string): Promise<void> {
    const body = completion.replaceAll('task_demo', taskId);
    const headers = {
      'content-type': 'application/json',
      'x-chamelio-signature': signWebhook(body, world.webhookSecret),
    };
    for (let posts = 1; posts <= MAX_POSTS; posts += 1) {
      const { status } = await fetch(`${front.url}/webhooks/chamelio`, { method: 'POST', headers, body });
      if (status === 202) return;
    }
    throw new Error(`The webhook took nothing, ${MAX_POSTS} times.`);
  }

  /** Delivers until nothing comes back; before anything does, its time has come. */
  async function drain(): Promise<void> {
    for (let batches = 1; batches <= MAX_BATCHES; batches += 1) {
      const batch = await source.deliver(world.clock.aheadMs);
      if (!batch) return;
      if (batch.undone.length > 0) world.clock.aheadMs += PASSING_MS;
      await source.returnMessages(batch.undone);
    }
    throw new Error(`After ${MAX_BATCHES} batches the queue is still not empty.`);
  }

  return {
    world,
    host,
    source,
    setDocument,
    forgetTask,
    postCompletion,
    drain,
    async close() {
      await front.close();
      await host.close();
      await world.close();
    },
  };
}
