import { json, type Script, serve } from '../scripted-server.ts';
import type { SecretsWorld } from './secrets-world.ts';

type Host = 'vendor' | 'storage' | 'neighbour';

/** A way to a document, and with which requests the key came, host by host. */
export type Way = {
  it: string;
  answers: Partial<Record<Host, (world: SecretsWorld) => Script[]>>;
  keySeen: Record<Host, boolean[]>;
};

const document = () => [serve(Buffer.from('%PDF-1.7\n'))];

/** Leads to the document of the same task at a host. */
const linkTo =
  (host: Host) =>
  (world: SecretsWorld): Script[] => [
    ({ taskId }) => json(200, { download_url: `${world[host].url}/${taskId}/a.pdf` }),
  ];

const redirectTo =
  (host: Host) =>
  (world: SecretsWorld): Script[] => [
    ({ taskId }) => ({ status: 302, headers: { location: `${world[host].url}/${taskId}/a.pdf` } }),
  ];

const first =
  (...parts: ((world: SecretsWorld) => Script[])[]) =>
  (world: SecretsWorld): Script[] =>
    parts.flatMap((part) => part(world));

export const ways: Way[] = [
  {
    it: 'a link to the storage host',
    answers: { vendor: linkTo('storage'), storage: document },
    keySeen: { vendor: [true], storage: [false], neighbour: [] },
  },
  {
    it: 'a link to the vendor itself',
    answers: { vendor: first(linkTo('vendor'), document) },
    keySeen: { vendor: [true, false], storage: [], neighbour: [] },
  },
  {
    it: 'a redirect to the storage host',
    answers: { vendor: redirectTo('storage'), storage: document },
    keySeen: { vendor: [true], storage: [false], neighbour: [] },
  },
  {
    it: 'a redirect to the vendor itself',
    answers: { vendor: first(redirectTo('vendor'), document) },
    keySeen: { vendor: [true, false], storage: [], neighbour: [] },
  },
  {
    it: 'a redirect to another port of the same address',
    answers: { vendor: redirectTo('neighbour'), neighbour: document },
    keySeen: { vendor: [true], storage: [], neighbour: [false] },
  },
  {
    it: 'a redirect of the storage host back to the vendor',
    answers: { vendor: first(linkTo('storage'), document), storage: redirectTo('vendor') },
    keySeen: { vendor: [true, false], storage: [false], neighbour: [] },
  },
  {
    it: 'a link that has run out and is asked for anew',
    answers: { vendor: linkTo('storage'), storage: first(() => [{ status: 403 }], document) },
    keySeen: { vendor: [true, true], storage: [false, false], neighbour: [] },
  },
];

/** Goes the way, and says with which requests the key came. */
export async function watchKey(world: SecretsWorld, taskId: string, { answers }: Way): Promise<Way['keySeen']> {
  for (const host of ['vendor', 'storage', 'neighbour'] as const) {
    world[host].script(taskId, answers[host]?.(world) ?? []);
  }
  await world.deliver({ task_id: taskId, step_id: 'step' });
  const look = (host: Host) => world[host].listRequests(taskId).map(({ headers }) => 'x-api-key' in headers);
  return { vendor: look('vendor'), storage: look('storage'), neighbour: look('neighbour') };
}
