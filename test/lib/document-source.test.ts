import { describe, expect, it } from '@jest/globals';
import { createSource } from '../../lib/document-source.ts';
import { TransientError } from '../../lib/errors.ts';
import type { DocumentAnswer, OpenedDocument, ReadFrom } from '../../lib/ports.ts';
import { bytesOf, openedOf } from '../support/archive-fakes.ts';

const fail = (code: string) => new TransientError({ stage: 'download', code, message: 'It failed.' });
const linkTo = (url: string, fileName?: string): DocumentAnswer => ({ kind: 'link', url, redirects: 0, fileName });
const document = openedOf(bytesOf('%PDF'));

type Options = { outcomes?: (OpenedDocument | 'unchanged' | Error)[]; answer?: DocumentAnswer; again?: DocumentAnswer };

/** A source whose links open to these outcomes, one after the other, and what was asked for. */
function create({ outcomes = [], answer = linkTo('first'), again = linkTo('second', 'new.pdf') }: Options) {
  const asked: unknown[] = [];
  const left = [...outcomes];
  const source = createSource({
    answer,
    requestAgain: async () => {
      asked.push('vendor');
      return again;
    },
    openLink: async ({ url }, from) => {
      asked.push([url, from]);
      const outcome = left.shift() as OpenedDocument;
      if (outcome instanceof Error) throw outcome;
      return outcome;
    },
    signal: new AbortController().signal,
  });
  return { source, asked };
}

describe('createSource', () => {
  const from: ReadFrom = { offset: 7, ifMatch: '"v1"' };

  it.each([['a document', document] as const, ['what is unchanged', 'unchanged'] as const])(
    'hands out %s behind a link',
    async (_, outcome) => {
      const { source, asked } = create({ outcomes: [outcome] });

      expect(await source.open(from)).toBe(outcome);
      expect(asked).toEqual([['first', from]]);
    },
  );

  it('asks for a new link when the first has run out, and goes on in the same place', async () => {
    const { source, asked } = create({ outcomes: [fail('link_refused'), document] });

    expect(await source.open(from)).toBe(document);
    expect(asked).toEqual([['first', from], 'vendor', ['second', from]]);
  });

  it('asks for a new link only once', async () => {
    const { source, asked } = create({ outcomes: [fail('link_refused'), document, fail('link_refused')] });
    await source.open(from);

    await expect(source.open(from)).rejects.toMatchObject({ code: 'link_refused' });
    expect(asked.filter((one) => one === 'vendor')).toHaveLength(1);
  });

  it.each([fail('server_error'), new Error('odd')])(
    'asks for no new link after any other failure (%s)',
    async (error) => {
      const { source, asked } = create({ outcomes: [error] });

      await expect(source.open(from)).rejects.toBe(error);
      expect(asked).toEqual([['first', from]]);
    },
  );

  it('begins again where the vendor sends the bytes themselves instead of a new link', async () => {
    const again = { kind: 'bytes', opened: document } as const;
    const { source } = create({ outcomes: [fail('link_refused')], again });

    await expect(source.open(from)).rejects.toMatchObject({ code: 'not_resumable', retry: { startOver: true } });
    expect(await source.open({ offset: 0 })).toBe(document);
  });

  it('hands out the vendor’s own bytes once', async () => {
    const { source } = create({ answer: { kind: 'bytes', opened: document } });
    expect(await source.open({ offset: 0 })).toBe(document);

    await expect(source.open({ offset: 0 })).rejects.toMatchObject({ code: 'not_resumable', retry: {} });
  });

  it('cannot begin the vendor’s own bytes in the middle', async () => {
    const { source } = create({ answer: { kind: 'bytes', opened: document } });

    await expect(source.open(from)).rejects.toMatchObject({ code: 'not_resumable', retry: { startOver: true } });
  });

  it('calls the document as the link in use does', async () => {
    const { source } = create({ answer: linkTo('first', 'old.pdf'), outcomes: [fail('link_refused'), document] });
    expect(source.readName()).toBe('old.pdf');
    await source.open(from);

    expect(source.readName()).toBe('new.pdf');
  });

  it('closes the vendor’s own bytes, which have no name of the vendor’s', () => {
    const closed: string[] = [];
    const opened = openedOf(bytesOf(), { close: () => void closed.push('closed') });
    const { source } = create({ answer: { kind: 'bytes', opened } });
    source.close();

    expect([source.readName(), closed]).toEqual([undefined, ['closed']]);
  });

  it('has nothing to close behind a link', () => {
    expect(() => create({}).source.close()).not.toThrow();
  });
});
