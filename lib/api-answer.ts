import * as z from 'zod/mini';
import { stepRecordSchema, taskRecordSchema, writeName } from './record.ts';

const { eventPending: _, ...shownShape } = stepRecordSchema.shape;

/** Fields are only ever added to a record, so others may be there. */
const recordSchema = z
  .looseObject(Object.fromEntries(Object.entries(shownShape).map(([name, schema]) => [writeName(name), schema])))
  .check(z.describe('A document: its record as it is in the table, but for event_pending'));

export const queuedSchema = z.object({
  status: z.literal('queued'),
  task_id: z.string(),
  step_id: z.optional(z.string()).check(z.describe('Where one document was asked for')),
});

export const documentsSchema = z.object({
  task_id: z.string(),
  status: z
    .nullable(z.enum(taskRecordSchema.shape.status.options))
    .check(z.describe('What is known of the task itself; null where only its documents are known')),
  documents: z.array(recordSchema),
  total: z.int().check(z.nonnegative()),
});

export const documentSchema = z.object({
  download_url: z
    .url()
    .check(z.describe('Lets in whoever has it, until it expires; saves the file under its own name')),
  file_name: z.string().check(z.describe("The vendor's own name: escape it wherever you show it")),
  expires_at: z.iso.datetime(),
  sha256: z.string().check(z.describe('Lower-case hex over all bytes')),
  size_bytes: z.int().check(z.nonnegative()),
});

export const errorSchema = z.object({
  detail: z.string(),
  issues: z
    .optional(z.array(z.object({ path: z.string(), message: z.string() })))
    .check(z.describe('What is wrong with each field of the request')),
});
