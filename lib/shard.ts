import { crc32 } from 'node:zlib';

/** The partitions over which each kind of unfinished record is spread. */
export const SHARDS = ['0', '1', '2', '3', '4', '5', '6', '7'] as const;

/** Spreads what is unfinished over eight index partitions, `0`–`7`. @see docs/design.md "The record", unfinished */
export const chooseShard = (taskId: string): string => SHARDS[crc32(taskId) % SHARDS.length] as string;

/** Where sweep finds a record that has something left to do: what failed stays among what failed. */
export const keepInSight = ({ taskId, unfinished }: { taskId: string; unfinished?: string | undefined }): string =>
  unfinished?.startsWith('f') ? unfinished : chooseShard(taskId);

/** Whether a record is among the documents and discoveries that are under way; with any new message one gets there anew. */
export const isUnderWay = ({ unfinished }: { unfinished?: string | undefined }): boolean =>
  (SHARDS as readonly (string | undefined)[]).includes(unfinished);
