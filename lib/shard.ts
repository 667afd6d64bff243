import { crc32 } from 'node:zlib';

const SHARDS = 8;

/** Spreads what is unfinished over eight index partitions, `0`–`7`. @see docs/design.md "The record", unfinished */
export const chooseShard = (taskId: string): string => String(crc32(taskId) % SHARDS);
