import type { DocumentSource } from './document-source.ts';
import { PermanentError, TransientError } from './errors.ts';
import type { OpenedDocument } from './ports.ts';

const MAX_RESUMES = 3;
const BROKEN = ['connection_failed', 'idle_timeout', 'truncated'];

const isBroken = (error: unknown) => error instanceof TransientError && BROKEN.includes(error.code);

/** @throws PermanentError `too_large` */
export function assertSize(sizeBytes: number, maxBytes: number): void {
  if (sizeBytes <= maxBytes) return;
  const message = `The document is larger than the limit of ${maxBytes} bytes (MAX_DOCUMENT_BYTES).`;
  throw new PermanentError({ stage: 'download', code: 'too_large', message });
}

function assertComplete(sizeBytes: number, announcedBytes: number | undefined): void {
  if (announcedBytes === undefined || sizeBytes === announcedBytes) return;
  const message = `${sizeBytes} bytes came where ${announcedBytes} were announced.`;
  throw new TransientError({ stage: 'download', code: 'truncated', message });
}

type Options = { source: DocumentSource; opened: OpenedDocument; maxBytes: number; signal: AbortSignal };

/**
 * Every byte of a document in order. A dropped download goes on where it stopped, if the source can; giving up after
 * three drops without a megabyte between them.
 *
 * Codes: `truncated`, `too_large`, `source_changed`, and those of the source.
 * @see docs/design.md "The decisions" 3
 */
export async function* readDocument({ source, opened, maxBytes, signal }: Options): AsyncGenerator<Buffer> {
  let current = opened;
  let sizeBytes = 0;
  let resumes = 0;
  let resumedAt = 0;
  for (;;) {
    try {
      for await (const chunk of current.bytes) {
        sizeBytes += chunk.length;
        assertSize(sizeBytes, maxBytes);
        yield chunk;
      }
      return assertComplete(sizeBytes, opened.sizeBytes);
    } catch (error) {
      if (!isBroken(error) || !opened.isResumable || signal.aborted) throw error;
      resumes = sizeBytes - resumedAt < 1024 * 1024 ? resumes + 1 : 1;
      if (resumes > MAX_RESUMES) throw error;
    }
    resumedAt = sizeBytes;
    current = await resume(source, opened, sizeBytes);
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
