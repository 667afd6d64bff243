import { isIP } from 'node:net';
import { PermanentError } from './errors.ts';

/**
 * `host` is exact, `suffix` any depth below, `origin` the exact origin and the only way to allow plain HTTP, another port
 * or a private address.
 */
export type AllowedHost = { host: string } | { suffix: string } | { origin: string };

const dropTrailingDot = (host: string) => host.replace(/\.$/, '');

function parseEntry(entry: string): AllowedHost | undefined {
  const isOrigin = entry.includes('://');
  const url = URL.parse(isOrigin ? entry : `https://${entry.replace(/^\*\./, '')}`);
  if (!url?.hostname || url.pathname !== '/' || url.search || url.hash || url.username || url.password) return;
  if (url.hostname.includes('*')) return;
  if (isOrigin) return /^https?:$/.test(url.protocol) ? { origin: url.origin } : undefined;
  const host = dropTrailingDot(url.hostname);
  if (url.port || isIP(host.replace(/^\[|\]$/g, '')) !== 0) return;
  return entry.startsWith('*.') ? { suffix: `.${host}` } : { host };
}

/** Reads the setting `DOWNLOAD_ALLOWED_HOSTS`; what is no host, `*.host` or origin is invalid, named by its position from 1. */
export function parseAllowedHosts(text: string): { entries: AllowedHost[]; invalid: number[] } {
  const words = text
    .split(',')
    .map((word) => word.trim())
    .filter(Boolean);
  const parsed = words.map(parseEntry);
  return {
    entries: parsed.flatMap((entry) => entry ?? []),
    invalid: parsed.flatMap((entry, index) => (entry ? [] : index + 1)),
  };
}

/** Whether the setting lists this very origin. Only then may it be at a private address. */
export function isListedOrigin(url: URL, allowed: readonly AllowedHost[]): boolean {
  // Not `url.origin`: a blob has the origin of the URL inside it.
  const origin = `${url.protocol}//${url.host}`;
  return allowed.some((entry) => 'origin' in entry && entry.origin === origin);
}

function isAllowed(url: URL, allowed: readonly AllowedHost[]): boolean {
  const host = dropTrailingDot(url.hostname);
  const isPlainHttps = url.protocol === 'https:' && url.port === '';
  if (isListedOrigin(url, allowed)) return true;
  return allowed.some((entry) => {
    if ('origin' in entry || !isPlainHttps) return false;
    return 'suffix' in entry ? host.endsWith(entry.suffix) : host === entry.host;
  });
}

/**
 * The host of a URL from outside, for an error. What is no name of DNS somebody made up, and it could be a key; so could
 * anything under another scheme.
 */
function describeHost({ protocol, host }: URL): string {
  if (!/^https?:$/.test(protocol)) return 'anything but https and http';
  return `${protocol}//${host.replace(/[^.]*[^a-z0-9.:[\]-][^.]*/g, '…')}`;
}

/**
 * A URL a document may be fetched from. The URL itself never appears in the error: it carries a signature.
 * @throws PermanentError `url_invalid` or `url_forbidden`
 * @see docs/design.md "Environment", DOWNLOAD_ALLOWED_HOSTS
 */
export function parseDownloadUrl(text: string, allowed: readonly AllowedHost[], base?: URL): URL {
  const url = URL.parse(text, base?.href);
  if (!url)
    throw new PermanentError({ stage: 'download', code: 'url_invalid', message: 'The download URL is no URL.' });
  if (url.username || url.password || !isAllowed(url, allowed)) {
    const message = `Downloads from ${describeHost(url)} are not allowed (DOWNLOAD_ALLOWED_HOSTS).`;
    throw new PermanentError({ stage: 'download', code: 'url_forbidden', message });
  }
  if (url.hostname.endsWith('.')) url.hostname = dropTrailingDot(url.hostname);
  return url;
}
