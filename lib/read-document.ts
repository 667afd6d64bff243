import type { DocumentSource } from './document-source.ts';
import { PermanentError, TransientError } from './errors.ts';
import type { OpenedDocument, Wait } from './ports.ts';

/** How long a source is left alone before each attempt to go on. */
const RESUME_DELAYS_MS = [0, 1_000, 3_000];
const PROGRESS_BYTES = 1024 * 1024;
const BROKEN = ['connect_timeout', 'connection_failed', 'idle_timeout', 'server_error', 'truncated'];

const isBroken = (error: unknown) => error instanceof TransientError && BROKEN.includes(error.code);

/** @throws PermanentError `too_large` */
export function assertSize(sizeBytes: number, maxBytes: number): void {
  if (sizeBytes <= maxBytes) return;
  const message = `The document is larger than the limit of ${maxBytes} bytes (MAX_DOCUMENT_BYTES).`;
  throw new PermanentError({ stage: 'download', code: 'too_large', message });
}

const createLengthError = (code: string, sizeBytes: number, announcedBytes: number) =>
  new TransientError({
    stage: 'download',
    code,
    message: `${sizeBytes} bytes came where ${announcedBytes} were announced.`,
  });

type Options = { source: DocumentSource; opened: OpenedDocument; maxBytes: number; signal: AbortSignal; wait: Wait };

/**
 * Every byte of a document in order. A dropped download goes on where it stopped, if the source can; giving up after
 * three attempts without a megabyte between them.
 *
 * Codes: `truncated`, `longer_than_announced`, `too_large`, `source_changed`, and those of the source.
 * @see docs/design.md "The decisions" 3
 */
export async function* readDocument({ source, opened, maxBytes, signal, wait }: Options): AsyncGenerator<Buffer> {
  const announcedBytes = opened.sizeBytes ?? Number.NaN;
  let current: OpenedDocument | undefined = opened;
  let sizeBytes = 0;
  let drops = 0;
  let droppedAt = 0;
  for (;;) {
    try {
      current ??= await resume(source, opened, sizeBytes);
      for await (const chunk of current.bytes) {
        sizeBytes += chunk.length;
        assertSize(sizeBytes, maxBytes);
        if (sizeBytes > announcedBytes) throw createLengthError('longer_than_announced', sizeBytes, announcedBytes);
        yield chunk;
      }
      if (sizeBytes < announcedBytes) throw createLengthError('truncated', sizeBytes, announcedBytes);
      return;
    } catch (error) {
      if (!isBroken(error) || !opened.isResumable || signal.aborted) throw error;
      drops = sizeBytes - droppedAt < PROGRESS_BYTES ? drops + 1 : 1;
      const delayMs = RESUME_DELAYS_MS[drops - 1];
      if (delayMs === undefined) throw error;
      await wait(delayMs, signal);
    }
    droppedAt = sizeBytes;
    current = undefined;
  }
}

/** Goes on in the same bytes, or says that it must begin again. */
async function resume(source: DocumentSource, opened: OpenedDocument, offset: number): Promise<OpenedDocument> {
  const resumed = await source.open({ offset, ifMatch: opened.etag });
  if (
    resumed !== 'unchanged' &&
    resumed.etag === opened.etag &&
    resumed.sizeBytes === (opened.sizeBytes ?? resumed.sizeBytes)
  ) {
    return resumed;
  }
  if (resumed !== 'unchanged') resumed.close();
  const message = 'The document changed while it was read.';
  throw new TransientError({ stage: 'download', code: 'source_changed', message, retry: { startOver: true } });
}
