import type { WatchedMetric } from './watched-metrics.ts';

type Statistic = { metric: WatchedMetric; statistic: 'Sum' | 'Maximum' };

export type Alarm = {
  /** The resource is called `<id>Alarm`. */
  id: string;
  /** One sentence for whoever is woken by it. */
  means: string;
  /** Its section in docs/operations.md. */
  runbook: string;
  watches: Statistic | { expression: string; of: Readonly<Record<string, Statistic>> };
  /** Rings at this value and above it. */
  atLeast?: number;
  /** Rings below this value. */
  below?: number;
  periodSeconds: number;
  /** How many periods in a row; one, if not said. */
  periods?: number;
  /** What no data means: nothing happened, nothing happened although it should have, or nobody knows and the state stays. */
  missing: 'notBreaching' | 'breaching' | 'ignore';
};

type Event = Pick<Alarm, 'id' | 'means' | 'runbook'> & { metric: WatchedMetric };

/** Counts what should never happen: once is enough, and there is no data while it does not. */
export const onceIsEnough = ({ metric, ...alarm }: Event): Alarm => ({
  ...alarm,
  watches: { metric, statistic: 'Sum' },
  atLeast: 1,
  periodSeconds: 60,
  missing: 'notBreaching',
});
