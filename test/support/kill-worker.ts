import type { FaultLane } from './fault-lane.ts';
import type { Fault } from './fault-plan.ts';
import { type FaultPath, listPoints, type PathRun, runPath } from './fault-path.ts';
import { runOnLanes } from './run-on-lanes.ts';

/** Where a worker dies: its request is never sent, or has taken effect and its answer reaches nobody. */
export type Death = { moment: 'before' | 'after'; point: string };

export type DeathRun = PathRun & { deaths: readonly Death[]; died: number };

export const describeDeaths = (deaths: readonly Death[]) =>
  deaths.map(({ moment, point }) => `${moment} ${point}`).join(', then ');

/** Takes a task along the path; one worker after the other dies where it is told to, and the next one goes on. */
export async function runWithDeaths(lane: FaultLane, path: FaultPath, deaths: readonly Death[]): Promise<DeathRun> {
  const { host, world } = lane;
  let died = 0;

  function planDeath([death, ...later]: readonly Death[]): Fault | undefined {
    if (!death) return undefined;
    return {
      point: death.point,
      intercept: async (_request, forward) => {
        if (death.moment === 'after') await forward();
        await host.kill();
        died += 1;
        world.plan.begin(planDeath(later));
        return undefined;
      },
    };
  }

  try {
    return { ...(await runPath(lane, path, planDeath(deaths))), deaths, died };
  } catch (cause) {
    throw new Error(`A worker died ${describeDeaths(deaths)}.`, { cause });
  }
}

/** Each request with what led to it: the operation before it, and its own. */
function listSteps(seen: readonly string[]): { point: string; step: string }[] {
  const operations = seen.map((point) => point.replace(/ \d+$/, ''));
  return seen.map((point, index) => ({ point, step: `${operations[index - 1]} > ${operations[index]}` }));
}

const dieAround = (point: string): Death[] => [
  { moment: 'before', point },
  { moment: 'after', point },
];

/**
 * Finds by running where a worker can die on the path, and has one die at each of these points. A request that only a
 * recovery makes, after another than on the plain path, is such a point itself: there the worker that recovers dies, too.
 */
export async function dieEverywhere(
  lanes: readonly [FaultLane, ...FaultLane[]],
  path: FaultPath,
): Promise<{ plain: DeathRun; runs: DeathRun[] }> {
  const plain = await runWithDeaths(lanes[0], path, []);
  const known = new Set(listSteps(plain.seen).map(({ step }) => step));
  const planned: Death[][] = listPoints(path, plain)
    .flatMap(dieAround)
    .map((death) => [death]);
  const runs = await runOnLanes(lanes, planned, async (lane, deaths) => {
    const run = await runWithDeaths(lane, path, deaths);
    for (const { point, step } of listSteps(run.seen)) {
      if (known.has(step)) continue;
      known.add(step);
      planned.push(...dieAround(point).map((death) => [...deaths, death]));
    }
    return run;
  });
  return { plain, runs };
}
