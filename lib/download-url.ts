import { isIP } from 'node:net';
import { BlockList, isIP } from 'node:net';
import { PermanentError } from './errors.ts';

/**
 * `host` is exact, `suffix` any depth below, `origin` the exact origin and the only way to allow plain HTTP, another port
 * or a private address.
 */
export type AllowedHost = { host: string } | { suffix: string } | { origin: string };

const PRIVATE = new BlockList();
PRIVATE.addSubnet('0.0.0.0', 8);
PRIVATE.addSubnet('10.0.0.0', 8);
PRIVATE.addSubnet('100.64.0.0', 10);
PRIVATE.addSubnet('127.0.0.0', 8);
PRIVATE.addSubnet('169.254.0.0', 16);
PRIVATE.addSubnet('172.16.0.0', 12);
PRIVATE.addSubnet('192.168.0.0', 16);
PRIVATE.addSubnet('::', 127, 'ipv6');
PRIVATE.addSubnet('fc00::', 7, 'ipv6');
PRIVATE.addSubnet('fe80::', 10, 'ipv6');

/** Whether this is an address, IPv4 mapped into IPv6 too, that only machines nearby can reach. */
export const isPrivateAddress = (address: string): boolean =>
  isIP(address) !== 0 && PRIVATE.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');

const dropTrailingDot = (host: string) => host.replace(/\.$/, '');

function parseEntry(entry: string): AllowedHost | undefined {
  const isOrigin = entry.includes('://');
  const url = URL.parse(isOrigin ? entry : `https://${entry.replace(/^\*\./, '')}`);
  if (
    !url ||
    !url.hostname ||
    url.hostname.includes('*') ||
    url.pathname !== '/' ||
    url.search ||
    url.hash ||
    url.username ||
    url.password
  )
    return;
  if (isOrigin) return /^https?:$/.test(url.protocol) ? { origin: url.origin } : undefined;
  const host = dropTrailingDot(url.hostname);
  if (url.port || host.includes('*') || isIP(host.replace(/^\[|\]$/g, '')) !== 0) return;
  return entry.startsWith('*.') ? { suffix: `.${host}` } : { host };
}

/** Reads the setting `DOWNLOAD_ALLOWED_HOSTS`; what is no host, `*.host` or origin is handed back as invalid. */
export function parseAllowedHosts(text: string): { entries: AllowedHost[]; invalid: string[] } {
  const words = text
    .split(',')
    .map((word) => word.trim())
    .filter(Boolean);
  const parsed = words.map((word) => ({ word, entry: parseEntry(word) }));
  return {
    entries: parsed.flatMap(({ entry }) => entry ?? []),
    invalid: parsed.filter(({ entry }) => !entry).map(({ word }) => word),
  };
}

function isAllowed(url: URL, allowed: readonly AllowedHost[]): boolean {
  const host = dropTrailingDot(url.hostname);
  const isPrivate = isPrivateAddress(host.replace(/^\[|\]$/g, ''));
  const isPlainHttps = url.protocol === 'https:' && url.port === '';
  return allowed.some((entry) => {
    if ('origin' in entry) return url.origin === entry.origin;
    if (!isPlainHttps || isPrivate) return false;
    return 'suffix' in entry ? host.endsWith(entry.suffix) : host === entry.host;
  });
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
    const message = `Downloads from ${url.protocol}//${url.host} are not allowed (DOWNLOAD_ALLOWED_HOSTS).`;
    throw new PermanentError({ stage: 'download', code: 'url_forbidden', message });
  }
  if (url.hostname.endsWith('.')) url.hostname = dropTrailingDot(url.hostname);
  return url;
}
