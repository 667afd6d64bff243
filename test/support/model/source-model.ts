import { TransientError } from '../../../lib/errors.ts';
import type { OpenLink, WorkflowApi } from '../../../lib/ports.ts';
import { type Content, makeContent } from './document-content.ts';

export type SourceShape = {
  isLarge: boolean;
  announcesSize: boolean;
  hasEtag: boolean;
  /** Whether the list of files is cut, so that the steps have to be asked for. */
  isListCut: boolean;
};

export type SourceModel = ReturnType<typeof createSourceModel>;

/** The vendor and its storage: one document a step, all with the same content, which changes when it is told to. */
export function createSourceModel({ isLarge, announcesSize, hasEtag, isListCut }: SourceShape) {
  const contents: Content[] = [makeContent(0, isLarge)];
  const stepIds = ['step_0'];

  const workflowApi: Omit<WorkflowApi, 'readTaskStatus'> = {
    requestDocument: async () => ({
      kind: 'link',
      url: 'https://storage.amazonaws.com/document',
      redirects: 0,
      fileName: 'contract.pdf',
    }),
    listFiles: async () => ({
      files: stepIds.slice(0, isListCut ? 1 : undefined).map((stepId) => ({ stepId, isGenerated: true })),
      isCut: isListCut,
      unlistedCount: 0,
    }),
    listCompletedSteps: async () => [...stepIds],
    listSignedDocuments: async () => ({ fileIds: [], unlistedCount: 0 }),
  };

  const openLink: OpenLink = async (_link, { offset, ifMatch, ifNoneMatch }) => {
    const content = contents.at(-1) as Content;
    const etag = `"${content.sha256}"`;
    if (ifMatch !== undefined && ifMatch !== etag) throw createChanged();
    if (ifNoneMatch === etag) return 'unchanged';
    return {
      bytes: readFrom(content.chunks, offset),
      close: () => undefined,
      sizeBytes: announcesSize ? content.sizeBytes : undefined,
      etag: hasEtag ? etag : undefined,
      isResumable: hasEtag,
    };
  };

  return {
    workflowApi,
    openLink,
    contents: contents as readonly Content[],
    stepIds: stepIds as readonly string[],
    changeContent: () => void contents.push(makeContent(contents.length, isLarge)),
    addStep: () => void stepIds.push(`step_${stepIds.length}`),
  };
}

async function* readFrom(chunks: readonly Buffer[], offset: number): AsyncGenerator<Buffer> {
  let start = 0;
  for (const chunk of chunks) {
    if (start + chunk.length > offset) yield chunk.subarray(Math.max(0, offset - start));
    start += chunk.length;
  }
}

const createChanged = () =>
  new TransientError({
    stage: 'download',
    code: 'source_changed',
    message: 'The document is another.',
    retry: { startOver: true },
  });
