import { isPermanent } from '../lib/sweep-failed.ts';
import type { QueueDepth } from './adapters/queue-attributes.ts';
import { showAge } from './show-age.ts';
import { showText } from './show-text.ts';
import type { Overview } from './status-overview.ts';
import type { Stuck, Tally } from './tally.ts';

const joinCounts = (counts: Record<string, number>) =>
  Object.entries(counts)
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([status, count]) => `${count} ${showText(status)}`)
    .join(', ') || 'none';

function describeTally({ count, by_status, oldest_created_at, unchanged_since }: Tally, now: number): string {
  if (oldest_created_at === undefined || unchanged_since === undefined) return joinCounts(by_status);
  const ages = `oldest ${showAge(oldest_created_at, now)}, longest unchanged ${showAge(unchanged_since, now)}`;
  return `${count} (${joinCounts(by_status)}); ${ages}`;
}

const describeDepth = ({ waiting, in_flight, delayed }: QueueDepth) =>
  `${waiting} waiting, ${in_flight} in flight or backing off, ${delayed} delayed`;

function describeProspects({ status, code }: Stuck): string {
  if (status !== 'FAILED') return 'tried again by itself';
  return isPermanent(code) ? 'for good: mend the reason, then `redrive`' : 'tried again once a day, for 14 days';
}

function describeStuck(stuck: Stuck, now: number): string {
  const { status, stage, code, count, unchanged_since, example } = stuck;
  const since = `longest for ${showAge(unchanged_since, now)}: ${example.task_id} ${example.step_id}`;
  return showText(`  ${count} ${status} ${code} (${stage}), ${since}; ${describeProspects(stuck)}`);
}

/** The overview in lines for people. */
export function describeOverview({ stuck, all, ...overview }: Overview, now: number): string[] {
  return [
    `under way     ${describeTally(overview.documents, now)}`,
    `open tasks    ${describeTally(overview.open_tasks, now)}`,
    `failed        ${describeTally(overview.failed, now)}`,
    `queue         ${describeDepth(overview.queue)}`,
    `dead letters  ${overview.dead_letters ? describeDepth(overview.dead_letters) : 'the queue has no dead-letter queue'}`,
    ...(all ? [`all tasks     ${joinCounts(all.tasks)}`, `all documents ${joinCounts(all.documents)}`] : []),
    ...(stuck.length > 0 ? ['', 'What is stuck, and why:'] : []),
    ...stuck.map((one) => describeStuck(one, now)),
  ];
}
