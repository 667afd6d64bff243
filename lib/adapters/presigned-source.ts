import { type AllowedHost, isListedOrigin, parseDownloadUrl } from '../download-url.ts';
import { PermanentError, TransientError } from '../errors.ts';
import type { HttpAnswer, HttpGet } from '../http-get.ts';
import { openDocument } from '../open-document.ts';
import type { OpenedDocument, OpenLink, ReadFrom } from '../ports.ts';
import { readRetryAfter } from '../retry-after.ts';

const MAX_REDIRECTS = 3;

type Options = { allowedHosts: readonly AllowedHost[]; get: HttpGet; now: () => number };

/**
 * The host behind the vendor's download links, asked without the API key. Redirects are followed by hand, each to an
 * allowed host only, and to a public address unless its origin is listed.
 *
 * Codes: `url_invalid`, `url_forbidden`, `too_many_redirects`, `link_refused`, `source_changed`, `rate_limited`,
 * `server_error`, `unexpected_status`, and those of `createHttpGet`.
 * @see docs/design.md "The decisions" 3 and 6
 */
export function createPresignedSource({ allowedHosts, get, now }: Options): OpenLink {
  return async (link, from, signal) => {
    async function follow(url: URL, redirects: number): Promise<OpenedDocument | 'unchanged'> {
      if (redirects > MAX_REDIRECTS) {
        const message = `The download was redirected more than ${MAX_REDIRECTS} times.`;
        throw new PermanentError({ stage: 'download', code: 'too_many_redirects', message });
      }
      const mayBePrivate = isListedOrigin(url, allowedHosts);
      const answer = await get(url, { headers: writeConditions(from), stage: 'download', signal, mayBePrivate });
      const { location } = answer.headers;
      if (![301, 302, 303, 307, 308].includes(answer.status) || !location) return readAnswer(answer, url, from);
      answer.close();
      return follow(parseDownloadUrl(location, allowedHosts, url), redirects + 1);
    }
    return follow(parseDownloadUrl(link.url, allowedHosts), link.redirects);
  };

  function readAnswer(answer: HttpAnswer, url: URL, from: ReadFrom): OpenedDocument | 'unchanged' {
    if (from.offset === 0 && answer.status === 200) return openDocument(answer, url);
    if (from.offset > 0 && answer.status === 206) {
      const sizeBytes = readTotal(answer.headers['content-range'], from.offset);
      if (sizeBytes !== undefined && !answer.isEncoded) return { ...openDocument(answer, url), sizeBytes };
    }
    answer.close();
    if (from.ifNoneMatch !== undefined && answer.status === 304) return 'unchanged';
    throw refuse(answer, now());
  }
}

const writeConditions = ({ offset, ifMatch, ifNoneMatch }: ReadFrom): Record<string, string> => ({
  ...(offset > 0 ? { range: `bytes=${offset}-` } : {}),
  ...(ifMatch === undefined ? {} : { 'if-match': ifMatch }),
  ...(ifNoneMatch === undefined ? {} : { 'if-none-match': ifNoneMatch }),
});

/** The size of the whole document, if the range is the one that was asked for. */
function readTotal(contentRange: string | undefined, offset: number): number | undefined {
  const [, first, last, total] = /^bytes (\d+)-(\d+)\/(\d+)$/.exec(contentRange ?? '') ?? [];
  return Number(first) === offset && Number(last) + 1 === Number(total) ? Number(total) : undefined;
}

function refuse({ status, headers }: HttpAnswer, now: number): TransientError {
  const fail = (code: string, message: string) => ({
    stage: 'download' as const,
    code,
    message: `The storage host answered ${status}: ${message}`,
  });
  if ([400, 403, 404, 410].includes(status)) return new TransientError(fail('link_refused', 'the link has run out.'));
  if ([200, 206, 412, 416].includes(status)) {
    const message = 'it could not go on where the download stopped.';
    return new TransientError({ ...fail('source_changed', message), retry: { startOver: true } });
  }
  if (status === 429) {
    const delaySeconds = readRetryAfter(headers['retry-after'], now) ?? 0;
    return new TransientError({ ...fail('rate_limited', 'too many requests.'), retry: { brake: true, delaySeconds } });
  }
  if (status >= 500) return new TransientError(fail('server_error', 'an error of its own.'));
  return new TransientError(fail('unexpected_status', 'nothing that is expected.'));
}
