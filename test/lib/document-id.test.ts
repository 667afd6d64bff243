import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import {
  describeObject,
  documentIdSchema,
  documentIdTextSchema,
  isDocumentId,
  nameFile,
  readDocumentId,
} from '../../lib/document-id.ts';
import { makeDocumentKey } from '../../lib/document-key.ts';
import { writeDocumentPath } from '../../lib/document-path.ts';
import { isIdentifier } from '../../lib/identifier.ts';
import { parseMessage } from '../../lib/queue-message.ts';

const identifier = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._:-]{0,127}$/);
const kind = fc.constantFrom('file' as const, 'signed' as const);
const expected =
  'expected 1 to 128 letters, digits or . _ : - that begin with a letter or digit, after #file: or #signed: where no step generated the document';

describe('the id of a document', () => {
  it.each([
    ['review_step', { kind: 'step', stepId: 'review_step' }],
    ['file:1', { kind: 'step', stepId: 'file:1' }],
    ['#file:document_1', { kind: 'file', fileId: 'document_1' }],
    ['#signed:attachment_2', { kind: 'signed', fileId: 'attachment_2' }],
    ['#file:signed:1', { kind: 'file', fileId: 'signed:1' }],
  ])('%s names %j', (id, origin) => {
    expect(readDocumentId(documentIdSchema.parse(id))).toEqual(origin);
  });

  it('that somebody wrote into a record by hand is taken for a step, which the vendor does not know', () => {
    expect(readDocumentId('#other:1')).toEqual({ kind: 'step', stepId: '#other:1' });
  });

  it('of a file is never that of a step, and says which file it is', () => {
    fc.assert(
      fc.property(kind, identifier, (fileKind, fileId) => {
        const id = nameFile(fileKind, fileId);
        expect(isIdentifier(id)).toBe(false);
        expect(isDocumentId(id)).toBe(true);
        expect(readDocumentId(id)).toEqual({ kind: fileKind, fileId });
      }),
    );
  });

  it('of a step is as good as before', () => {
    fc.assert(
      fc.property(identifier, (stepId) => {
        expect(documentIdTextSchema.parse(stepId)).toBe(stepId);
        expect(readDocumentId(stepId)).toEqual({ kind: 'step', stepId });
      }),
    );
  });

  it('may be a whole number', () => {
    expect(documentIdSchema.parse(7)).toBe('7');
  });

  it.each([
    '#task',
    '#file:',
    '#file:.a',
    '#file:#file:a',
    '#file:../a',
    '#file:a/b',
    '#file:a\n',
    '#File:a',
    '#other:a',
    'file:#a',
    '',
    `#file:${'a'.repeat(129)}`,
    -1,
    2 ** 53,
    null,
    {},
  ])('is never %j', (id) => {
    expect(documentIdSchema.safeParse(id).error?.issues).toMatchObject([{ message: expected }]);
    expect(isDocumentId(id)).toBe(false);
  });

  it('outside the pattern is refused in a message, naming the field', () => {
    const isGood = /^(?:#(?:file|signed):)?[A-Za-z0-9][A-Za-z0-9._:-]{0,127}$/;
    const odd = fc.oneof(
      fc.string(),
      fc.string({ unit: 'binary' }),
      identifier.map((id) => `#${id}`),
    );
    const text = fc.oneof(
      odd,
      odd.map((id) => `#file:${id}`),
      odd.map((id) => `#signed:${id}`),
    );
    fc.assert(
      fc.property(
        text.filter((id) => !isGood.test(id)),
        (step_id) => {
          expect(() => parseMessage({ task_id: '1', step_id })).toThrow(
            expect.objectContaining({ code: 'invalid', issues: [{ path: 'step_id', message: expected }] }),
          );
        },
      ),
    );
  });
});

describe('where a document is, and what gives it', () => {
  it.each([
    ['a:b', 'tasks/1/steps/a:b/NDA.pdf', '/tasks/1/steps/a%3Ab/document', { 'task-id': '1', 'step-id': 'a:b' }],
    ['#file:a:b', 'tasks/1/files/a:b/NDA.pdf', '/files/a%3Ab', { 'task-id': '1', 'file-id': 'a:b' }],
    ['#signed:a', 'tasks/1/signed/a/NDA.pdf', '/tasks/1/signed-documents', { 'task-id': '1', 'file-id': 'a' }],
  ])('%s', (stepId, key, path, metadata) => {
    expect(makeDocumentKey({ taskId: '1', stepId, fileName: 'NDA.pdf' }, '')).toBe(key);
    expect(writeDocumentPath({ taskId: '1', stepId })).toBe(path);
    expect(describeObject({ taskId: '1', stepId })).toEqual(metadata);
  });

  it('is a key of its own for each document of a task', () => {
    const origin = fc.oneof(
      identifier,
      fc.tuple(kind, identifier).map(([fileKind, id]) => nameFile(fileKind, id)),
    );
    fc.assert(
      fc.property(origin, origin, (one, other) => {
        fc.pre(one !== other);
        const keyOf = (stepId: string) => makeDocumentKey({ taskId: '1', stepId, fileName: 'a.pdf' }, '');
        expect(keyOf(one)).not.toBe(keyOf(other));
      }),
    );
  });
});
