import type { CreateArchive } from './contender.ts';
import { createReceive } from './receive.ts';

/** Documents of as many tasks, of which nothing else is known. */
export const createArchive: CreateArchive = () => createReceive();
