import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { writeCanonically } from '../../lib/canonical-json.ts';
import { escapeHtml, showText } from '../../cli/show-text.ts';
import type { KeyOutcome } from '../../cli/verify-bucket.ts';
import type { Outcome } from '../../cli/verify-document.ts';
import type { Finding } from '../../cli/verify-finding.ts';
import { renderReport, sealReport } from '../../cli/verify-json.ts';
import { countFindings, type Summary } from '../../cli/verify-summary.ts';
import { createTally } from '../../cli/verify-tally.ts';

/** Any text, with what means something in HTML, on a terminal or in JSON more often than chance has it. */
const text = fc
  .array(fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom(...'<>&"\'\u001B\u202E\u2028\uD800\n\\'.split(''))))
  .map((parts) => parts.join(''));

const finding = fc.record({ key: text, reason: text }).map((some) => some as unknown as Finding);

const outcome: fc.Arbitrary<Outcome> = fc.oneof(
  fc.constantFrom({ kind: 'task' as const }, { kind: 'being_replaced' as const }),
  fc.record({ kind: fc.constant('not_archived' as const), status: fc.constantFrom('FAILED', 'PENDING', 'NOT_FOUND') }),
  fc.record({ kind: fc.constant('right' as const), checksum: fc.constantFrom('sha256', 'crc32', 'none') }),
  fc.record({ kind: fc.constantFrom('different', 'missing', 'unreadable'), finding }),
);

const keyOutcome: fc.Arbitrary<KeyOutcome> = fc.oneof(
  fc.record({ kind: fc.constantFrom('recorded', 'under_way', 'only_deleted') }),
  fc.record({ kind: fc.constantFrom('object_without_record', 'newer_version'), finding }),
);

const sum = (counts: object) => Object.values(counts).reduce((total: number, count: number) => total + count, 0);

describe('the counts', () => {
  it('add up, whatever was found', () => {
    fc.assert(
      fc.property(fc.array(outcome), fc.array(keyOutcome), (outcomes, keyOutcomes) => {
        const found: Finding[] = [];
        const tally = createTally((one) => found.push(one));
        outcomes.forEach(tally.addDocument);
        keyOutcomes.forEach(tally.addKey);
        const { records, tasks, being_replaced, not_archived, checked, right, different, missing, unreadable } =
          tally.documents;
        const { keys, elsewhere: _, ...kinds } = tally.keys;

        expect(records).toBe(outcomes.length);
        expect(records).toBe(checked + tasks + being_replaced + sum(not_archived));
        expect(checked).toBe(right + different + missing + unreadable);
        expect([keys, sum(kinds)]).toEqual([keyOutcomes.length, keyOutcomes.length]);
        expect(countFindings({ documents: tally.documents, keys: tally.keys })).toBe(found.length);
      }),
    );
  });
});

describe('the seal', () => {
  it('is over what whoever reads the file gets for `report`, whatever was found', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(finding), text, async (findings, caller) => {
        const lines = (async function* () {
          yield* findings.map(writeCanonically);
        })();
        const summary = { program: 'verify', caller, complete: true } as Summary;
        const file = (await Array.fromAsync(sealReport(renderReport(summary, lines), () => undefined))).join('');
        const { report, sha256 } = JSON.parse(file);

        expect(report).toEqual({ ...summary, findings });
        expect(sha256).toBe(createHash('sha256').update(JSON.stringify(report)).digest('hex'));
        expect(JSON.stringify(report)).toBe(writeCanonically(report));
      }),
    );
  });
});

describe('writeCanonically', () => {
  it('gives the same content the same bytes, in whatever order it was made', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (content) => {
        const reversed = Object.fromEntries(Object.entries(content).toReversed());
        expect(writeCanonically(reversed)).toBe(writeCanonically(content));
      }),
    );
  });
});

describe('showText', () => {
  it('leaves nothing that moves, hides or turns text round, and no half of a pair', () => {
    fc.assert(
      fc.property(text, (foreign) => {
        expect(showText(foreign)).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
      }),
    );
  });
});

describe('escapeHtml', () => {
  it('leaves nothing that HTML could take for anything but text', () => {
    fc.assert(
      fc.property(text, (foreign) => {
        expect(escapeHtml(foreign)).not.toMatch(/[<>"']|&(?!(amp|lt|gt|quot|#39);)/);
      }),
    );
  });

  it('loses nothing of what it shows', () => {
    fc.assert(
      fc.property(text, (foreign) => {
        const entities: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };
        const read = escapeHtml(foreign).replace(
          /&(amp|lt|gt|quot|#39);/g,
          (_, name: string) => entities[name] as string,
        );
        expect(read).toBe(showText(foreign));
      }),
    );
  });
});
