import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DeleteObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { signWebhook } from '../../../local/sign-webhook.ts';
import { json, link, refuse, serve } from '../scripted-server.ts';
import type { PermissionsWorld } from './permissions-world.ts';

const pdf = Buffer.from('%PDF-1.7\n% a contract\n%%EOF\n');
const otherPdf = Buffer.from('%PDF-1.7\n% another contract\n%%EOF\n');
/** The smallest that goes in parts. */
const large = Buffer.alloc(24 * 1024 * 1024, '%PDF- and so on. ');
const otherLarge = Buffer.alloc(24 * 1024 * 1024, '%PDF- and so forth. ');

const keyOf = (taskId: string) => `tasks/${taskId}/steps/step/Contract.pdf`;
const stepOf = (taskId: string) => ({ task_id: taskId, step_id: 'step' });

/** Leads each function of a deployment through all that it does, until it has made every call it can make. */
export async function makeEveryCall(world: PermissionsWorld): Promise<void> {
  await takeWebhook(world);
  await archiveSmall(world);
  await archiveLarge(world);
  await findObject(world);
  await missObject(world);
  await discover(world);
  await fail(world);
  await sweep(world);
  await askApi(world);
}

async function takeWebhook({ invoke, secret }: PermissionsWorld): Promise<void> {
  const body = await readFile(join(import.meta.dirname, '../../../events/webhook.tasks-completed.json'), 'utf8');
  const headers = { 'content-type': 'application/json', 'x-chamelio-signature': signWebhook(body, secret) };
  await invoke('webhook', { version: '2.0', headers, body, isBase64Encoded: false });
}

/** One document after the other, of the same step. */
async function archiveAll({ vendor, storage, deliver }: PermissionsWorld, taskId: string, contents: readonly Buffer[]) {
  for (const content of contents) {
    vendor.script(taskId, [link()]);
    storage.script(taskId, [serve(content)]);
    await deliver(stepOf(taskId));
  }
}

const archiveSmall = (world: PermissionsWorld) => archiveAll(world, 'task_small', [pdf, otherPdf]);

async function archiveLarge(world: PermissionsWorld): Promise<void> {
  await archiveAll(world, 'task_large', [large, otherLarge]);
  // Breaks off, and can't be gone on with: what was uploaded of it is aborted.
  world.storage.script('task_large', [serve(large, { dropAfter: large.length - 1 })]);
  await world.deliver(stepOf('task_large'));
}

/** An object of the same length and without a hash stands in the way: it is looked at, and its version is read back. */
async function findObject(world: PermissionsWorld): Promise<void> {
  const { s3, keyPrefix } = world;
  const Key = keyPrefix + keyOf('task_found');
  await s3.client.send(new PutObjectCommand({ Bucket: s3.bucket, Key, Body: pdf, ChecksumAlgorithm: 'SHA256' }));
  await archiveAll(world, 'task_found', [pdf]);
}

/** The archived object is gone when the same document is to be copied again on purpose. */
async function missObject(world: PermissionsWorld): Promise<void> {
  const { s3, keyPrefix, deliver } = world;
  await archiveAll(world, 'task_missed', [pdf]);
  await s3.client.send(new DeleteObjectCommand({ Bucket: s3.bucket, Key: keyPrefix + keyOf('task_missed') }));
  await deliver({ ...stepOf('task_missed'), force: true });
}

/** A task whose only document is archived already: with the next delivery of it comes the manifest. */
async function discover({ vendor, deliver }: PermissionsWorld): Promise<void> {
  const file = { file_id: 'file', file_name: 'Contract.pdf', variable_id: null, step_id: 'step' };
  vendor.script('task_found', [json(200, { task_id: 'task_found', files: [file], total_files: 1 })]);
  await deliver({ task_id: 'task_found' });
  vendor.script('task_found', [link()]);
  await deliver(stepOf('task_found'));
}

async function fail({ vendor, deliver }: PermissionsWorld): Promise<void> {
  vendor.script('task_down', [refuse(503)]);
  await deliver(stepOf('task_down'));
  // Not there yet, and the message has been received as often as it can be: it is sent again.
  vendor.script('task_not_yet', [refuse(404)]);
  await deliver(stepOf('task_not_yet'), { receiveCount: 10 });
}

async function sweep({ vendor, invoke, leaveRecord }: PermissionsWorld): Promise<void> {
  await leaveRecord('', { ...stepOf('task_lost'), status: 'PENDING' });
  await leaveRecord('', { ...stepOf('task_given_up'), status: 'PENDING', sweeps: 5 });
  await leaveRecord('', { ...stepOf('task_untold'), status: 'ARCHIVED', event_pending: '[]' });
  const ended = { task_id: 'task_ended', step_id: '#task', status: 'DISCOVERED', step_ids: [], document_count: 0 };
  await leaveRecord('', ended);
  await leaveRecord('t', { task_id: 'task_open', step_id: '#task', status: 'OPEN' });
  vendor.script('task_open', [json(200, { task: { task_id: 'task_open', status: 'canceled' } })]);
  await invoke('sweep', {});
}

/** After all the others: asks for a run, reads records, and follows links, with a version and without one. */
async function askApi({ invoke, leaveRecord, s3, keyPrefix }: PermissionsWorld): Promise<void> {
  const ask = (routeKey: string, taskId: string) =>
    invoke('api', { version: '2.0', routeKey, pathParameters: stepOf(taskId) }) as Promise<{ body: string }>;
  const unversioned = { bucket: s3.bucket, key: keyPrefix + keyOf('task_small'), file_name: 'Contract.pdf' };
  await leaveRecord('', {
    ...stepOf('task_unversioned'),
    status: 'ARCHIVED',
    sha256: '',
    size_bytes: 1,
    ...unversioned,
  });
  await ask('POST /tasks/{task_id}/archive', 'task_small');
  await ask('GET /tasks/{task_id}/documents', 'task_small');
  for (const taskId of ['task_small', 'task_unversioned']) {
    const { body } = await ask('GET /tasks/{task_id}/steps/{step_id}/document', taskId);
    const { download_url: url } = JSON.parse(body) as { download_url: string };
    const { status } = await fetch(url);
    if (status !== 200) throw new Error(`A link of api was answered with ${status}`);
  }
}
