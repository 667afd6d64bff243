import { appendFileSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';

const FILE = join(import.meta.dirname, '../../.faults/report.jsonl');

/** What a test of faults has counted: documents that should have been archived and were not; versions that should not be there. */
export type FaultReport = { fault: string; tried: number; lost: number; wrongVersions: number };

/** Hands a row to the table that ends `npm run test:faults`. */
export function reportFault(row: FaultReport): void {
  mkdirSync(dirname(FILE), { recursive: true });
  appendFileSync(FILE, `${JSON.stringify(row)}\n`);
}
