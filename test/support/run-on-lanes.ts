/** Does each job on whichever lane is free next. A job that is pushed to `jobs` meanwhile is done, too. */
export async function runOnLanes<Lane, Job, Result>(
  lanes: readonly Lane[],
  jobs: Job[],
  run: (lane: Lane, job: Job) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  async function work(lane: Lane): Promise<void> {
    for (let job = jobs.shift(); job !== undefined; job = jobs.shift()) results.push(await run(lane, job));
  }
  await Promise.all(lanes.map(work));
  return results;
}
