import { checkArchived, type Verdict } from './check-archived.ts';
import type { FaultLane } from './fault-lane.ts';
import type { Fault } from './fault-plan.ts';

/** One byte more than is written with a single request. */
const MULTIPART_BYTES = 24 * 1024 * 1024 + 1;

type Size = 'small' | 'multipart';

/** The versions of a document, one after the other; faults befall the last. */
export type FaultPath = { name: string; sizes: readonly Size[] };

export const faultPaths: readonly FaultPath[] = [
  { name: 'a small document', sizes: ['small'] },
  { name: 'a multipart document', sizes: ['multipart'] },
  { name: 'a changed small document', sizes: ['small', 'small'] },
  { name: 'a changed multipart document', sizes: ['small', 'multipart'] },
];

export type PathRun = { taskId: string; seen: readonly string[]; befallen: number; verdict: Verdict };

let tasks = 0;

/** Takes a fresh task along the path and says what became of it; `seen` and `befallen` are since the last fault began. */
export async function runPath(lane: FaultLane, path: FaultPath, fault?: Fault): Promise<PathRun> {
  const { plan } = lane.world;
  tasks += 1;
  const taskId = `task_${tasks}`;
  const versions = path.sizes.map((size, index) => createDocument(size, `${taskId}, version ${index + 1}`));
  for (const [index, content] of versions.entries()) {
    lane.setDocument(taskId, content);
    plan.begin(index === versions.length - 1 ? fault : undefined);
    await lane.postCompletion(taskId);
    await lane.drain();
  }
  const verdict = await checkArchived(lane, taskId, versions);
  return { taskId, seen: plan.listSeen(), befallen: plan.countBefallen(), verdict };
}

function createDocument(size: Size, label: string): Buffer {
  const text = `%PDF-1.7\n% ${label}\n%%EOF\n`;
  return size === 'small' ? Buffer.from(text) : Buffer.alloc(MULTIPART_BYTES, text);
}
