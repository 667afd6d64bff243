import * as fc from 'fast-check';
import { type Change, createWorld, type Mutation, type Plan } from './archive-world.ts';
import { fates } from './fate.ts';
import { judgeArchive, type Verdict } from './judge-archive.ts';
import { runArchive } from './run-archive.ts';

type Kind = { asksFor: Plan['asksFor']; isLarge: boolean };

const listChanges = (kinds: Change['kind'][]) =>
  fc.array(fc.record({ kind: fc.constantFrom(...kinds), turns: fc.nat(30) }), { maxLength: 2 });

const planOf = ({ asksFor, isLarge }: Kind): fc.Arbitrary<Plan> =>
  fc.record({
    source: fc.record({
      isLarge: fc.constant(isLarge),
      // Few without: for each of these the function holds as much memory as for the largest.
      announcesSize: fc.nat(49).map((drawn) => drawn > 0),
      hasEtag: fc.boolean(),
      isListCut: fc.boolean(),
    }),
    asksFor: fc.constant(asksFor),
    forces: fc.array(fc.oneof({ weight: 4, arbitrary: fc.constant(false) }, fc.boolean()), {
      minLength: 2,
      maxLength: 3,
    }),
    changes: listChanges(asksFor === 'step' ? ['content'] : ['content', 'step', 'step']),
    batchSize: fc.constantFrom(1, 1, 2),
    hasBus: fc.boolean(),
    fates: fc.array(fates, { minLength: 2, maxLength: 4 }),
  });

type Options = Kind & {
  /** What is broken on purpose. */
  mutate?: Mutation;
  onVerdict?: (verdict: Verdict) => void;
};

/** However the workers interleave, and whatever becomes of their calls, all is archived in the end, once and right. */
export const createInterleavings = ({ mutate = (outside) => outside, onVerdict, ...kind }: Options) =>
  fc.asyncProperty(fc.scheduler(), planOf(kind), async (scheduler, plan) => {
    const world = createWorld(plan, scheduler, mutate);
    await runArchive(world);
    const verdict = judgeArchive(world);
    onVerdict?.(verdict);
    if (verdict.complaints.length > 0) throw new Error(verdict.complaints.join('; '));
  });
