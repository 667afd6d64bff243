import { TransientError } from './errors.ts';
import type { DocumentAnswer, OpenedDocument, OpenLink, ReadFrom } from './ports.ts';

export type DocumentSource = {
  open: (from: ReadFrom) => Promise<OpenedDocument | 'unchanged'>;
  /** The name the vendor gave with the link, where it gave one. */
  readName: () => string | undefined;
  close: () => void;
};

type Options = {
  answer: DocumentAnswer;
  /** Asks the vendor once more. */
  requestAgain: () => Promise<DocumentAnswer>;
  openLink: OpenLink;
  signal: AbortSignal;
};

/** The bytes behind the vendor's answer. A link that has run out is replaced by a new one, once. */
export function createSource({ answer: firstAnswer, requestAgain, openLink, signal }: Options): DocumentSource {
  let answer = firstAnswer;
  let wasRenewed = false;
  let wasTaken = false;

  function takeBytes(opened: OpenedDocument, offset: number): OpenedDocument {
    const details = { stage: 'download', code: 'not_resumable', message: 'The download cannot go on.' } as const;
    if (wasTaken) throw new TransientError(details);
    if (offset > 0) throw new TransientError({ ...details, retry: { startOver: true } });
    wasTaken = true;
    return opened;
  }

  async function open(from: ReadFrom): Promise<OpenedDocument | 'unchanged'> {
    if (answer.kind === 'bytes') return takeBytes(answer.opened, from.offset);
    try {
      return await openLink(answer, from, signal);
    } catch (error) {
      const isRefused = error instanceof TransientError && error.code === 'link_refused';
      if (wasRenewed || !isRefused) throw error;
      wasRenewed = true;
      answer = await requestAgain();
      return open(from);
    }
  }

  return {
    open,
    readName: () => (answer.kind === 'link' ? answer.fileName : undefined),
    close: () => {
      if (answer.kind === 'bytes') answer.opened.close();
    },
  };
}
