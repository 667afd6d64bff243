import { findNearestName } from './nearest-name.ts';
import { findConflicts } from './setting-conflicts.ts';
import { type SettingName, settingNames, type Settings, settingsSchema } from './settings.ts';

/** What was given, without what could be a secret: a key in the place of its name, a password in a URL. */
function showValue(name: string, value: string | undefined): string {
  if (!value) return `${name} is empty`;
  if (name.endsWith('Parameter')) return `${name} is wrong (its value could be the secret itself and is not shown)`;
  return `${name} is "${value.replace(/^.*@/s, '…@').replace(/[?#].*/s, '?…')}"`;
}

export type GivenSettings = {
  /** Of every setting, as text or number; empty: not set. */
  values: Record<string, unknown>;
  /** Of everything that was given a value somewhere, known or not. */
  names: readonly string[];
  stage: string;
};

/** The settings of one deployment. @throws Error with one sentence for everything that is wrong, without a stack */
export function readSettings({ values, names, stage }: GivenSettings): Settings {
  const all = Object.entries(values).map(([name, value]) => [name, String(value)]);
  const given: Record<string, string> = Object.fromEntries(all.filter(([, value]) => value));
  const result = settingsSchema.safeParse(given);
  const unknown = [...new Set(names)].filter((name) => !settingNames.includes(name as SettingName));
  const wrong = Object.groupBy(result.error?.issues ?? [], ({ path }) => path.join('.'));
  const problems = [
    ...unknown.map((name) => `${name} is no setting; did you mean ${findNearestName(name, settingNames)}?`),
    ...Object.entries(wrong).map(([name, issues = []]) =>
      [showValue(name, given[name]), ...issues.map(({ message }) => message)].join('; ').concat('.'),
    ),
    ...findConflicts(given),
  ];
  if (result.success && problems.length === 0) {
    return { ...result.data, stage, serviceName: `chamelio-archive-${stage}` };
  }
  const message = `Wrong settings (docs/deploy.md has them all):\n${problems.map((problem) => `- ${problem}`).join('\n')}`;
  // osls would print the stack instead of the message.
  throw Object.assign(new Error(message), { stack: message });
}
