import type { Intercept } from './fault-proxy.ts';

/** What happens to a request, and to as many of the same operation after it as `times` says. */
export type Fault = {
  /** "s3 UploadPart 2": the second one since the plan began. */
  point: string;
  times?: number;
  intercept: Intercept;
};

export type FaultPlan = ReturnType<typeof createFaultPlan>;

/** Numbers the requests of one run across all services, and lets a fault befall one of them. */
export function createFaultPlan() {
  let seen: string[] = [];
  let counts = new Map<string, number>();
  let fault: Fault | undefined;
  let befell = 0;

  function isMeant(name: string, ordinal: number): boolean {
    if (!fault) return false;
    const [, operation, first] = /^(.*) (\d+)$/.exec(fault.point) ?? [];
    const since = ordinal - Number(first);
    return operation === name && since >= 0 && since < (fault.times ?? 1);
  }

  const intercept: Intercept = (request, forward) => {
    const name = `${request.service} ${request.operation}`;
    const ordinal = (counts.get(name) ?? 0) + 1;
    counts.set(name, ordinal);
    seen.push(`${name} ${ordinal}`);
    if (!fault || !isMeant(name, ordinal)) return forward();
    befell += 1;
    return fault.intercept(request, forward);
  };

  return {
    intercept,
    /** Numbers anew, and from here on waits for this fault, or for none. */
    begin: (next?: Fault) => {
      seen = [];
      counts = new Map();
      fault = next;
      befell = 0;
    },
    /** Every request since then, in order. */
    listSeen: (): readonly string[] => seen,
    countBefallen: () => befell,
  };
}
