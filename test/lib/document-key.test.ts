import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { makeDocumentKey, makeSafeFileName } from '../../lib/document-key.ts';
import { fileName, listUnsafe } from '../support/file-names.ts';

describe('makeSafeFileName', () => {
  it.each([
    ['Master Services Agreement.pdf', 'Master Services Agreement.pdf'],
    ['Übersicht 契約 📄.docx', 'Übersicht 契約 📄.docx'],
    ['U\u0308bersicht.pdf', 'Übersicht.pdf'],
    ['e\u200D\u0301.pdf', 'é.pdf'],
    ['../../etc/passwd', 'etcpasswd'],
    ['C:\\Contracts\\a.pdf', 'C:Contractsa.pdf'],
    ['.htaccess', 'htaccess'],
    ['. . .a', 'a'],
    ['/.a', 'a'],
    ['a\0b\r\nc\u0085.pdf', 'abc.pdf'],
    ['invoice\u202Efdp.exe', 'invoicefdp.exe'],
    ['\uFEFFa\u2028b\u2029', 'ab'],
    ['  a.pdf  ', 'a.pdf'],
    ['a\uD800.pdf', 'a\uFFFD.pdf'],
    ['a.tar.gz', 'a.tar.gz'],
  ])('makes of %j %j', (name, safe) => {
    expect(makeSafeFileName(name)).toBe(safe);
  });

  it.each(['', '.', '..', '...', '/', '\\', ' ', '\u200B', '\0\n', '. / .'])(
    'calls %j, of which nothing is left, document',
    (name) => {
      expect(makeSafeFileName(name)).toBe('document');
    },
  );

  it.each([
    ['a name of 200 bytes', `${'a'.repeat(196)}.pdf`, `${'a'.repeat(196)}.pdf`],
    ['the extension of a name of 201', `${'a'.repeat(197)}.pdf`, `${'a'.repeat(196)}.pdf`],
    ['whole characters only', `${'契'.repeat(100)}.pdf`, `${'契'.repeat(65)}.pdf`],
    ['no space before the extension', `${'a'.repeat(190)}     ${'b'.repeat(20)}.docx`, `${'a'.repeat(190)}.docx`],
    ['an extension of 32 bytes', `${'a'.repeat(200)}.${'x'.repeat(31)}`, `${'a'.repeat(168)}.${'x'.repeat(31)}`],
    ['no extension of more than 32', `${'a'.repeat(180)}.${'x'.repeat(32)}`, `${'a'.repeat(180)}.${'x'.repeat(19)}`],
    ['the first 200 bytes of a name without one', 'a'.repeat(201), 'a'.repeat(200)],
    ['no extension with a space', `${'a'.repeat(200)}. b`, 'a'.repeat(200)],
  ])('keeps %s', (_, name, safe) => {
    expect(makeSafeFileName(name)).toBe(safe);
  });
});

describe('makeDocumentKey', () => {
  it('puts a document under its task and step', () => {
    const document = { taskId: '12345', stepId: 'review_step', fileName: 'a.pdf' };

    expect(makeDocumentKey(document, '')).toBe('tasks/12345/steps/review_step/a.pdf');
    expect(makeDocumentKey(document, 'legal/eu/')).toBe('legal/eu/tasks/12345/steps/review_step/a.pdf');
  });

  it('ends in one safe segment, whatever the name', () => {
    fc.assert(
      fc.property(fileName, (name) => {
        const folder = 'legal/tasks/12345/steps/review_step/';
        const key = makeDocumentKey({ taskId: '12345', stepId: 'review_step', fileName: name }, 'legal/');

        expect(key).toBe(`${folder}${makeSafeFileName(name)}`);
        expect(listUnsafe(name)).toEqual([]);
      }),
      { numRuns: 1000 },
    );
  });
});
