import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { listAlarms } from '../../infrastructure/alarm-list.ts';
import type { AccessLogMetric } from '../../infrastructure/watched-metrics.ts';
import { PERMANENT_CODES } from '../../lib/errors.ts';
import { METRICS } from '../../lib/metrics.ts';
import { allValues, createSettings } from '../support/create-settings.ts';

const accessLogMetrics: readonly AccessLogMetric[] = ['WebhookThrottled', 'WebhookErrors'];
const text = readFileSync(join(import.meta.dirname, '../../docs/operations.md'), 'utf8');
/** As GitHub makes a link of a heading. */
const slug = (heading: string) =>
  heading
    .toLowerCase()
    .replaceAll(/[^\w -]/g, '')
    .replaceAll(' ', '-');
const chapter = (title: string) => text.split(/^## /m).find((part) => part.startsWith(`${title}\n`)) ?? '';
const sections = chapter('When an alarm rings')
  .split(/^### /m)
  .slice(1)
  .map((section) => ({ anchor: slug(section.split('\n', 1)[0] as string), section }));

describe('the runbook', () => {
  it('has a section for every alarm, and none for anything else', () => {
    const runbooks = new Set(listAlarms(createSettings(allValues)).map(({ runbook }) => runbook));
    expect(sections.map(({ anchor }) => anchor).toSorted()).toEqual([...runbooks].toSorted());
  });

  it.each(sections)(
    'says under $anchor what happened, where to look, what to do and when it is over',
    ({ section }) => {
      expect(section.match(/^\*\*(What happened\.|Look\.|Do\.|Over)/gm)).toEqual([
        '**What happened.',
        '**Look.',
        '**Do.',
        '**Over',
      ]);
    },
  );

  it('links only to headings that are there', () => {
    const headings = [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading]) => slug(heading as string));
    const links = [...text.matchAll(/\]\(#([^)]+)\)/g)].map(([, link]) => link as string);
    expect(links.filter((link) => !headings.includes(link))).toEqual([]);
  });
});

it('has every metric with its unit, and no other', () => {
  const rows = [...chapter('What is measured').matchAll(/^\| `(\w+)` \| (\w+) \|/gm)].map(([, name, unit]) => [
    name,
    unit,
  ]);
  expect(Object.fromEntries(rows)).toEqual(METRICS);
});

it('says of just those codes that they are for good', () => {
  const rows = [...chapter('What a code means').matchAll(/^\| (.+?) \| for good/gm)];
  const codes = rows.flatMap(([, cell]) =>
    [...(cell as string).matchAll(/`(\w+)`/g)].map(([, code]) => code as string),
  );
  expect(codes.toSorted()).toEqual(PERMANENT_CODES.toSorted());
});

describe('what this costs', () => {
  const costs = chapter('What this costs').replaceAll(/\s+/g, ' ');
  const alarms = listAlarms(createSettings());

  it('is ten cents for each metric that an alarm watches', () => {
    const price = (values: Record<string, unknown>) => {
      const watched = listAlarms(createSettings(values)).map(({ watches }) =>
        'metric' in watches ? { watches } : watches.of,
      );
      return (watched.flatMap(Object.keys).length / 10).toFixed(2);
    };
    const [without, withBus] = [price({}), price({ eventBusName: 'archived' })];
    expect(costs).toContain(`There are ${alarms.length},`);
    expect(costs).toContain(`: ${without} dollars; with an event bus ${withBus}.`);
  });

  it('is thirty cents for each metric that is written, those of the access log among them', () => {
    const count = Object.keys(METRICS).length + accessLogMetrics.length;
    expect(costs).toContain(`All ${count}, all the time: ${(count * 0.3).toFixed(2)} dollars`);
  });
});
