import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type AnswerRow, checkAnswer, pdf } from '../support/answer-row.ts';
import { type ArchiveWorld, MAX_RECEIVE_COUNT, startArchiveWorld } from '../support/archive-world.ts';
import { link, serve } from '../support/scripted-server.ts';

let world: ArchiveWorld;
beforeAll(async () => {
  world = await startArchiveWorld();
});
afterAll(async () => {
  await world.close();
});

const utf16 = (text: string) => Buffer.from(`\uFEFF${text}`, 'utf16le');

const errorPages: [name: string, page: string | Buffer][] = [
  ['HTML', '<!DOCTYPE html><html><title>Sign in</title>'],
  ['HTML behind white space, in any case', ' \r\n\t<!doctype HTML>'],
  ['HTML behind a BOM', '\uFEFF<HTML lang="en">'],
  ['HTML in UTF-16', utf16('<html>')],
  ['HTML behind a comment', '<!-- proxy -->\n<html>'],
  ['XML of S3', '<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>AccessDenied</Code></Error>'],
  ['XML without a prologue', '\n<ERROR>'],
  ['JSON with detail', '{"detail":"Not authenticated"}'],
  ['JSON with message', ' {"Message": "Forbidden", "code": 403}'],
  ['JSON behind a BOM', '\uFEFF{"detail":[]}'],
];

describe('an error page under the name of a document', () => {
  it.each(errorPages)('stores nothing of %s and comes again later', async (_name, page) => {
    await checkAnswer(world, {
      it: 'tries later',
      storage: [serve(Buffer.from(page))],
      then: 'back in 30 s',
      status: 'PENDING',
      error: 'content_mismatch',
    });
  });

  it.each(errorPages)('fails with %s on the last receive, and goes whole', async (_name, page) => {
    await checkAnswer(world, {
      it: 'fails',
      storage: [serve(Buffer.from(page))],
      receiveCount: MAX_RECEIVE_COUNT,
      then: 'back in 0 s',
      status: 'FAILED',
      error: 'content_mismatch',
    });
  });
});

type Document = { it: string; fileName: string; content: string | Buffer; warning?: 'content_unrecognised' };

const documents: Document[] = [
  { it: 'archives what fits its name', fileName: 'a.pdf', content: pdf },
  {
    it: 'archives what does not fit its name, with a warning',
    fileName: 'a.pdf',
    content: 'hello',
    warning: 'content_unrecognised',
  },
  {
    it: 'archives a document without a byte, with a warning',
    fileName: 'a.pdf',
    content: '',
    warning: 'content_unrecognised',
  },
  { it: 'archives a document without a byte whose name promises nothing', fileName: 'a.txt', content: '' },
  { it: 'archives HTML that is called HTML', fileName: 'a.html', content: '<!doctype html><html>' },
  { it: 'archives XML that is called XML', fileName: 'a.xml', content: '<Error/>' },
  { it: 'archives JSON that is called JSON', fileName: 'a.json', content: '{"detail":1}' },
  { it: 'archives other JSON', fileName: 'a.txt', content: '{"total":1}' },
  { it: 'archives large JSON', fileName: 'a.txt', content: `{"detail":"${'x'.repeat(70_000)}"}` },
  { it: 'archives other XML', fileName: 'a.pdf', content: '<errors></errors>', warning: 'content_unrecognised' },
  { it: 'archives what has no extension', fileName: 'contract', content: 'whatever' },
];

describe('any other content', () => {
  it.each(documents)('$it', async ({ fileName, content, warning }) => {
    const row: AnswerRow = {
      it: 'archives',
      vendor: [link({ file_name: fileName })],
      storage: [serve(Buffer.from(content))],
      then: 'acknowledged',
      status: 'ARCHIVED',
      stored: [Buffer.from(content)],
      record: { file_name: fileName, ...(warning ? { warning } : {}) },
    };
    const taskId = await checkAnswer(world, row);
    if (!warning) expect(await world.readRecord(taskId)).not.toHaveProperty('warning');
  });
});
