import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** Ends a run of the faults with what `reportFault` was told, as a table. */
export default class FaultTable {
  #file;

  constructor({ rootDir }) {
    this.#file = join(rootDir, '.faults/report.jsonl');
  }

  onRunStart() {
    rmSync(this.#file, { force: true });
  }

  onRunComplete() {
    if (!existsSync(this.#file)) return;
    const rows = readFileSync(this.#file, 'utf8').trim().split('\n').map(JSON.parse);
    const columns = ['fault', 'tried', 'lost', 'wrongVersions'];
    const titles = { fault: 'fault', tried: 'times tried', lost: 'documents lost', wrongVersions: 'wrong versions' };
    const lines = [titles, ...rows].map((row) => `| ${columns.map((column) => row[column]).join(' | ')} |`);
    lines.splice(1, 0, '|---|---|---|---|');
    process.stdout.write(`\n${lines.join('\n')}\n`);
  }
}
