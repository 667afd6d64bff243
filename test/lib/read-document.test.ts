import { describe, expect, it } from '@jest/globals';
import { TransientError } from '../../lib/errors.ts';
import type { OpenedDocument, ReadFrom } from '../../lib/ports.ts';
import { readDocument } from '../../lib/read-document.ts';

const MIB = 1024 * 1024;
const content = Buffer.alloc(5 * MIB, 'a contract');
const dropped = new TransientError({ stage: 'download', code: 'connection_failed', message: 'gone' });

type Step = Partial<OpenedDocument> & { sends?: number; fails?: Error; refused?: Error };

/** Opens the content as each step says: sends so many bytes, then fails or ends. */
function createScript(steps: readonly Step[]) {
  const asked: ReadFrom[] = [];
  const openOne = (from: ReadFrom, { sends = content.length, fails, ...rest }: Step): OpenedDocument => ({
    bytes: (async function* () {
      yield content.subarray(from.offset, Math.min(content.length, from.offset + sends));
      if (fails) throw fails;
    })(),
    close: () => undefined,
    sizeBytes: content.length,
    etag: '"v1"',
    isResumable: true,
    ...rest,
  });
  const source = {
    open: async (from: ReadFrom) => {
      asked.push(from);
      const step = steps[asked.length] ?? {};
      if (step.refused) throw step.refused;
      return openOne(from, step);
    },
    readName: () => undefined,
    close: () => undefined,
  };
  const opened = openOne({ offset: 0 }, steps[0] as Step);
  return { source, opened, asked };
}

async function read(steps: readonly Step[], signal = new AbortController().signal, maxBytes = content.length) {
  const { source, opened, asked } = createScript(steps);
  const chunks: Buffer[] = [];
  const waits: number[] = [];
  const wait = async (ms: number) => void waits.push(ms);
  for await (const chunk of readDocument({ source, opened, maxBytes, signal, wait })) chunks.push(chunk);
  return { isWhole: Buffer.concat(chunks).equals(content), asked, waits };
}

describe('readDocument', () => {
  it('goes on where a download dropped, in the same version', async () => {
    expect(await read([{ sends: 7, fails: dropped }, {}])).toEqual({
      isWhole: true,
      asked: [{ offset: 7, ifMatch: '"v1"' }],
      waits: [0],
    });
  });

  it('goes on where a download ended before its time', async () => {
    expect(await read([{ sends: MIB }, {}])).toMatchObject({ isWhole: true, asked: [{ offset: MIB }] });
  });

  it('goes on as long as there is progress', async () => {
    const drop = { sends: MIB, fails: dropped };

    expect(await read([drop, drop, drop, drop, {}])).toMatchObject({ isWhole: true });
  });

  it('leaves the source alone for longer each time, until there is progress', async () => {
    const drop = { sends: 1, fails: dropped };

    expect(await read([drop, drop, drop, { sends: MIB, fails: dropped }, {}])).toMatchObject({
      isWhole: true,
      waits: [0, 1_000, 3_000, 0],
    });
  });

  it.each(['connection_failed', 'connect_timeout', 'idle_timeout', 'server_error'])(
    'asks once more when it cannot go on at once (%s)',
    async (code) => {
      const refused = new TransientError({ stage: 'download', code, message: 'not now' });

      expect(await read([{ sends: 7, fails: dropped }, { refused }, {}])).toMatchObject({
        isWhole: true,
        asked: [{ offset: 7 }, { offset: 7 }],
      });
    },
  );

  it('gives up when it cannot go on three times', async () => {
    const refused = { refused: dropped };

    await expect(read([{ sends: 7, fails: dropped }, refused, refused, refused, {}])).rejects.toBe(dropped);
  });

  it('goes on no more when the deadline comes while it waits', async () => {
    const { source, opened, asked } = createScript([{ sends: 7, fails: dropped }, {}]);
    const deadline = new Error('time is up');
    const wait = async () => {
      throw deadline;
    };
    const { signal } = new AbortController();
    const reading = readDocument({ source, opened, maxBytes: content.length, signal, wait });
    await reading.next();

    await expect(reading.next()).rejects.toBe(deadline);
    expect(asked).toEqual([]);
  });

  it('gives up after three resumes without progress', async () => {
    const drop = { sends: 1, fails: dropped };

    await expect(read([drop, drop, drop, drop, {}])).rejects.toBe(dropped);
  });

  it('counts a drop after progress as the first of three', async () => {
    const drop = { sends: 1, fails: dropped };

    await expect(read([{ sends: MIB, fails: dropped }, drop, drop, drop, {}])).rejects.toBe(dropped);
  });

  it.each([
    ['the source cannot resume', { sends: 7, fails: dropped, isResumable: false }],
    ['the failure is none of the connection', { sends: 7, fails: new Error('other') }],
  ])('does not go on when %s', async (_, step) => {
    await expect(read([step, {}])).rejects.toThrow(step.fails.message);
  });

  it('does not go on after the deadline', async () => {
    await expect(read([{ sends: 7, fails: dropped }, {}], AbortSignal.abort())).rejects.toBe(dropped);
  });

  it.each([
    ['another ETag', { etag: '"v2"' }],
    ['another length', { sizeBytes: 1 }],
  ])('begins again when the rest has %s', async (_, rest) => {
    await expect(read([{ sends: 7, fails: dropped }, rest])).rejects.toMatchObject({
      code: 'source_changed',
      retry: { startOver: true },
    });
  });

  it('fails for now when fewer bytes came than were announced and the source cannot resume', async () => {
    await expect(read([{ sends: 7, isResumable: false }])).rejects.toMatchObject({
      name: 'TransientError',
      code: 'truncated',
    });
  });

  it('fails for now when more bytes come than were announced, before they are passed on', async () => {
    const { source, opened } = createScript([{ sizeBytes: 7 }]);
    const { signal } = new AbortController();
    const wait = async () => undefined;
    const reading = readDocument({ source, opened, maxBytes: content.length, signal, wait });

    await expect(reading.next()).rejects.toMatchObject({ name: 'TransientError', code: 'longer_than_announced' });
  });

  it('begins again when the source says that the rest is unchanged', async () => {
    const { opened, source } = createScript([{ sends: 7, fails: dropped }]);
    const unchanged = { ...source, open: async () => 'unchanged' as const };
    const { signal } = new AbortController();
    const wait = async () => undefined;
    const reading = readDocument({ source: unchanged, opened, maxBytes: content.length, signal, wait });
    await reading.next();

    await expect(reading.next()).rejects.toMatchObject({ code: 'source_changed', retry: { startOver: true } });
  });

  it('lets go of a rest that belongs to another version', async () => {
    const closed: string[] = [];
    const rest = { etag: '"v2"', close: () => void closed.push('closed') };
    await read([{ sends: 7, fails: dropped }, rest]).catch(() => undefined);

    expect(closed).toEqual(['closed']);
  });

  it('goes on without an announced length', async () => {
    expect(await read([{ sends: 7, fails: dropped, sizeBytes: undefined }, {}])).toMatchObject({ isWhole: true });
  });

  it('refuses more than the limit, announced or not', async () => {
    const reading = read([{ sizeBytes: undefined }], new AbortController().signal, content.length - 1);

    await expect(reading).rejects.toMatchObject({ name: 'PermanentError', code: 'too_large' });
  });
});
