import type { Script } from '../scripted-server.ts';
import type { Observed } from './observed-functions.ts';
import type { SecretsWorld } from './secrets-world.ts';

/** One way through the functions: what is done, and what shows that it was really gone. */
export type SecretPath = {
  it: string;
  walk: (world: SecretsWorld, taskId: string) => Promise<Observed>;
  /** A part of what is logged, answered or thrown. */
  shows: string;
};

type Answers = { vendor?: Script[]; storage?: Script[]; nameDocument?: (taskId: string) => string };

/** A message for one document, between a vendor and a storage host that answer so. */
export const archive =
  ({ vendor = [], storage = [], nameDocument = () => 'step' }: Answers): SecretPath['walk'] =>
  (world, taskId) => {
    world.vendor.script(taskId, vendor);
    world.storage.script(taskId, storage);
    return world.deliver({ task_id: taskId, step_id: nameDocument(taskId) });
  };
