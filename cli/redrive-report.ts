import { showCount } from './show-count.ts';
import { showText } from './show-text.ts';

/** What becomes of messages. */
export type Fate = 'sent' | 'removed' | 'left';

export type Group = { kind: 'record' | 'dead_letter'; reason: string; fate: Fate; count: number };

export type RedriveReport = {
  count: (group: Omit<Group, 'count'>) => void;
  /** A dead letter that stays for somebody to look at. */
  listMalformed: (messageId: string, problem: string) => void;
  hasMalformed: () => boolean;
  /** Nothing says that there is more than was looked at. */
  markComplete: () => void;
  isComplete: () => boolean;
  describe: (options: { isDryRun: boolean; isJson: boolean }) => string[];
};

const TITLES = { record: 'FAILED records:', dead_letter: 'Dead letters:' };
const DONE = { sent: 'sent again', removed: 'removed', left: 'left' };
const PLANNED = { sent: 'would be sent again', removed: 'would be removed', left: 'would be left' };

/** Counts, by reason, what was found and what was done about it. */
export function createRedriveReport(): RedriveReport {
  const groups = new Map<string, Group>();
  const malformed: { message_id: string; problem: string }[] = [];
  let complete = false;

  function describeKind(kind: Group['kind'], words: Record<Fate, string>): string[] {
    const lines = [...groups.values()]
      .filter((group) => group.kind === kind)
      .toSorted((one, other) => other.count - one.count)
      .map(({ count, reason, fate }) => `${showCount(count).padStart(8)}  ${showText(reason)}: ${words[fate]}`);
    return [TITLES[kind], ...(lines.length > 0 ? lines : ['    none'])];
  }

  return {
    count(group) {
      const name = JSON.stringify(group);
      groups.set(name, { ...group, count: (groups.get(name)?.count ?? 0) + 1 });
    },

    listMalformed: (message_id, problem) => void malformed.push({ message_id, problem }),
    hasMalformed: () => malformed.length > 0,
    markComplete: () => void (complete = true),
    isComplete: () => complete,

    describe({ isDryRun, isJson }) {
      if (isJson) return [JSON.stringify({ dry_run: isDryRun, complete, groups: [...groups.values()], malformed })];
      const words = isDryRun ? PLANNED : DONE;
      return [
        ...describeKind('record', words),
        ...describeKind('dead_letter', words),
        ...malformed.map(({ message_id, problem }) => `          malformed: ${message_id}: ${problem}`),
      ];
    },
  };
}
