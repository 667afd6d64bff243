import { afterEach, describe, expect, it } from '@jest/globals';
import { createPresignedSource } from '../../../lib/adapters/presigned-source.ts';
import { type AllowedHost, parseAllowedHosts } from '../../../lib/download-url.ts';
import { createHttpGet } from '../../../lib/http-get.ts';
import type { OpenedDocument } from '../../../lib/ports.ts';
import { createHttpRig, read, signal } from '../../support/http-rig.ts';

const { open, listen, closeAll } = createHttpRig();
afterEach(closeAll);

/** The source with the real client, which knows these names only. */
function createSource(setting: string, names: Record<string, string[]> = {}) {
  const allowedHosts: AllowedHost[] = parseAllowedHosts(setting).entries;
  const asked: string[] = [];
  const http = createHttpGet({
    resolve: (host, _, callback) => {
      asked.push(host);
      callback(
        null,
        (names[host] as string[]).map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
      );
    },
  });
  open.push(http);
  const openLink = createPresignedSource({ allowedHosts, get: http.get, now: () => 0 });
  const download = async (url: string) => {
    const opened = await openLink({ kind: 'link', url, redirects: 0 }, { offset: 0 }, signal);
    return read((opened as OpenedDocument).bytes);
  };
  return { download, asked };
}

const forbidden = { name: 'PermanentError', stage: 'download', code: 'url_forbidden' };

describe('a download', () => {
  it('from a private address is fetched when its origin is listed', async () => {
    const { url } = await listen((_, response) => response.end('a document'));

    expect(await createSource(url).download(`${url}/a.pdf`)).toBe('a document');
  });

  it('is redirected from one listed origin to another, both of them private', async () => {
    const to = await listen((_, response) => response.end('a document'));
    const from = await listen((_, response) => response.writeHead(307, { location: `${to.url}/b.pdf` }).end());

    expect(await createSource(`${from.url},${to.url}`).download(`${from.url}/a.pdf`)).toBe('a document');
  });

  it.each([
    ['private', ['10.0.0.5']],
    ['loopback', ['127.0.0.1']],
    ['instance metadata', ['169.254.169.254']],
    ['unique-local', ['fd00:ec2::254']],
    ['mapped', ['::ffff:a9fe:a9fe']],
    ['NAT64', ['64:ff9b::a9fe:a9fe']],
    ['6to4', ['2002:a9fe:a9fe::']],
    ['public and private', ['93.184.215.14', '192.168.1.1']],
  ])('is refused where an allowed name has an address that is %s, at once or by a redirect', async (_, addresses) => {
    const { url } = await listen((__, response) => {
      response.writeHead(302, { location: 'https://inside.amazonaws.com/b.pdf?X-Amz-Signature=secret' }).end();
    });
    const { download, asked } = createSource(`*.amazonaws.com,${url}`, { 'inside.amazonaws.com': addresses });

    await expect(download('https://inside.amazonaws.com./a.pdf')).rejects.toMatchObject(forbidden);
    await expect(download(`${url}/a.pdf`)).rejects.toMatchObject(forbidden);
    expect(asked).toEqual(['inside.amazonaws.com', 'inside.amazonaws.com']);
  });

  it.each(['http://169.254.169.254/latest/meta-data', 'https://127.1/', 'https://[::1]/', 'http://localhost:1/'])(
    'is not redirected to %s, and no name is looked up for it',
    async (location) => {
      const { url } = await listen((_, response) => response.writeHead(302, { location }).end());
      const { download, asked } = createSource(`*.amazonaws.com,${url}`);

      await expect(download(`${url}/a.pdf`)).rejects.toMatchObject(forbidden);
      expect(asked).toEqual([]);
    },
  );
});
