import type { HttpAnswer } from './http-get.ts';
import type { OpenedDocument } from './ports.ts';

const decodePercent = (text: string) => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};

/**
 * The name in a `Content-Disposition` header: `filename*` before `filename`; undefined without one.
 * @see https://www.rfc-editor.org/rfc/rfc6266
 */
export function readDispositionName(header: string | undefined): string | undefined {
  const extended = /;\s*filename\*\s*=\s*utf-8'[^']*'([^;\s]+)/i.exec(header ?? '')?.[1];
  if (extended) return decodePercent(extended);
  const [, quoted, token] = /;\s*filename\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;\s]+))/i.exec(header ?? '') ?? [];
  const plain = quoted?.replace(/\\(.)/g, '$1') ?? token;
  // Headers come as Latin-1; most senders mean UTF-8.
  return plain ? Buffer.from(plain, 'latin1').toString('utf8').replaceAll('\uFFFD', '_') : undefined;
}

const readPathName = (url: URL) => decodePercent(url.pathname.replace(/^.*\//, '')) || undefined;

const readStrongEtag = (header: string | undefined) => (/^"[^"]*"$/.test(header ?? '') ? header : undefined);

/** What the headers of an answer say of the document whose bytes follow them. */
export function openDocument(answer: HttpAnswer, url: URL): OpenedDocument {
  const { headers } = answer;
  const etag = readStrongEtag(headers.etag);
  const announced = headers['content-length'];
  return {
    bytes: answer.bytes,
    close: answer.close,
    // Node counts the bytes of an encoded answer against its length; decoded it has another.
    sizeBytes: announced === undefined || answer.isEncoded ? undefined : Number(announced),
    contentType: headers['content-type'],
    etag,
    fileName: readDispositionName(headers['content-disposition']) ?? readPathName(url),
    isResumable: etag !== undefined && !answer.isEncoded,
  };
}
