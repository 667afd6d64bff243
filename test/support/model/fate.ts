import * as fc from 'fast-check';

/** What becomes of one call to the outside. */
export type Fate =
  /** `fails`: nothing took effect. `isLost`: it took effect, its answer got lost. `isRepeated`: that, and the SDK asked again. */
  | { kind: 'fails' | 'isLost' | 'isRepeated' }
  /** The worker never goes on, before or after the call took effect. */
  | { kind: 'diesBefore' | 'diesAfter' }
  /** S3 answers 409; a download ends early. Anywhere else nothing happens. */
  | { kind: 'isReplaced' }
  /** The call takes this long, while others have some turns; frozen, the worker's own timers have not gone off by then. */
  | { kind: 'stalls'; ms: number; turns: number; isFrozen: boolean };

/** What becomes of the calls of one invocation, by their numbers; all others just work. */
export type Fates = ReadonlyMap<number, Fate>;

const fate: fc.Arbitrary<Fate> = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom('fails', 'isLost', 'isRepeated').map((kind) => ({ kind }) as const) },
  { weight: 3, arbitrary: fc.constantFrom('diesBefore', 'diesAfter').map((kind) => ({ kind }) as const) },
  { weight: 2, arbitrary: fc.constant({ kind: 'isReplaced' } as const) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('stalls' as const),
      ms: fc.constantFrom(20_000, 890_000, 905_001, 1_000_000),
      turns: fc.nat(20),
      isFrozen: fc.boolean(),
    }),
  },
);

export const fates: fc.Arbitrary<Fates> = fc
  .array(fc.tuple(fc.nat(12), fate), { maxLength: 3 })
  .map((entries) => new Map(entries));
