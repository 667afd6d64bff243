import { checkArchived, type Verdict } from './check-archived.ts';
import type { FaultLane } from './fault-lane.ts';
import type { Fault } from './fault-plan.ts';

/** One byte more than is written with a single request. */
const MULTIPART_BYTES = 24 * 1024 * 1024 + 1;

const write = (version: number) => `%PDF-1.7\n% version ${version}\n%%EOF\n`;

/** The first version of a document and the second. */
const documents = {
  small: [1, 2].map((version) => Buffer.from(write(version))),
  multipart: [1, 2].map((version) => Buffer.alloc(MULTIPART_BYTES, write(version))),
};

type Size = keyof typeof documents;

/** The versions of a document, one after the other; faults befall the last. */
export type FaultPath = {
  name: string;
  sizes: readonly Size[];
  /** Until here nobody knows the size: the path of a small document has had its faults at the same requests. */
  from?: string;
};

const CLAIM = 'dynamodb UpdateItem of the step 1';

export const faultPaths: readonly FaultPath[] = [
  { name: 'a small document', sizes: ['small'] },
  { name: 'a multipart document', sizes: ['multipart'], from: CLAIM },
  { name: 'a changed small document', sizes: ['small', 'small'] },
  { name: 'a changed multipart document', sizes: ['small', 'multipart'], from: CLAIM },
];

/** The requests of a run at which faults befall this path. */
export const listPoints = ({ from }: FaultPath, { seen }: PathRun): readonly string[] =>
  seen.slice(from === undefined ? 0 : seen.indexOf(from));

export type PathRun = { taskId: string; seen: readonly string[]; befallen: number; verdict: Verdict };

let tasks = 0;

/** Takes a fresh task along the path and says what became of it; `seen` and `befallen` are since the last fault began. */
export async function runPath(lane: FaultLane, path: FaultPath, fault?: Fault): Promise<PathRun> {
  const { plan } = lane.world;
  tasks += 1;
  const taskId = `task_${tasks}`;
  const versions = path.sizes.map((size, index) => documents[size][index] as Buffer);
  for (const [index, content] of versions.entries()) {
    lane.setDocument(taskId, content);
    plan.begin(index === versions.length - 1 ? fault : undefined);
    await lane.postCompletion(taskId);
    await lane.drain();
  }
  const verdict = await checkArchived(lane, taskId, versions);
  await lane.forgetTask(taskId);
  return { taskId, seen: plan.listSeen(), befallen: plan.countBefallen(), verdict };
}
