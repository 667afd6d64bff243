import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { parseAllowedHosts, parseDownloadUrl } from '../../lib/download-url.ts';
import { PermanentError } from '../../lib/errors.ts';

const allow = (text: string) => parseAllowedHosts(text).entries;
const SETTING = '*.amazonaws.com, files.example.com, http://127.0.0.1:9000, https://storage.example.com:8443';
const parse = (url: string, setting = SETTING) => parseDownloadUrl(url, allow(setting)).href;

describe('parseAllowedHosts', () => {
  it.each([
    ['*.amazonaws.com', { suffix: '.amazonaws.com' }],
    ['*.AmazonAWS.com.', { suffix: '.amazonaws.com' }],
    ['files.example.com', { host: 'files.example.com' }],
    ['bücher.example', { host: 'xn--bcher-kva.example' }],
    ['http://127.0.0.1:9000', { origin: 'http://127.0.0.1:9000' }],
    ['HTTPS://Files.Example.com/', { origin: 'https://files.example.com' }],
    ['https://[::1]:9000', { origin: 'https://[::1]:9000' }],
  ])('reads %s', (text, entry) => {
    expect(parseAllowedHosts(text)).toEqual({ entries: [entry], invalid: [] });
  });

  it.each([
    '*',
    '*.',
    '*.*.com',
    'a.*.com',
    'https://*.example.com',
    'files.example.com:8443',
    'files.example.com/a',
    'files.example.com?a',
    'files.example.com#a',
    'user@files.example.com',
    ':secret@files.example.com',
    'https://files.example.com/a',
    'https://user:secret@files.example.com',
    'ftp://files.example.com',
    'file:///',
    'a b',
    '10.0.0.5',
    '*.10.0.0.5',
    '[::1]',
  ])('takes %s for invalid', (text) => {
    expect(parseAllowedHosts(text)).toEqual({ entries: [], invalid: [1] });
  });

  it('reads several, and takes no notice of white space and empty ones', () => {
    expect(parseAllowedHosts(' a.example ,, *.b.example ,a b,')).toEqual({
      entries: [{ host: 'a.example' }, { suffix: '.b.example' }],
      invalid: [3],
    });
  });
});

describe('parseDownloadUrl', () => {
  it.each([
    'https://bucket.s3.eu-central-1.amazonaws.com/a?X-Amz-Signature=b',
    'https://s3.amazonaws.com/bucket/a',
    'https://files.example.com/a',
    'http://127.0.0.1:9000/bucket/a',
    'https://storage.example.com:8443/a',
  ])('allows %s', (url) => {
    expect(parse(url)).toBe(url);
  });

  it.each([
    ['HTTPS://Bucket.S3.AmazonAWS.com:443/a', 'https://bucket.s3.amazonaws.com/a'],
    ['https://files.example.com./a', 'https://files.example.com/a'],
    ['https://s3.amazonaws.com./a', 'https://s3.amazonaws.com/a'],
    ['https://ｓ３。ａｍａｚｏｎａｗｓ．ｃｏｍ/a', 'https://s3.amazonaws.com/a'],
    ['https://s3.%61mazonaws.com/a', 'https://s3.amazonaws.com/a'],
    ['https:s3.amazonaws.com/a', 'https://s3.amazonaws.com/a'],
    ['https:\\\\s3.amazonaws.com\\a', 'https://s3.amazonaws.com/a'],
    [' \thttps://s3.amazon\naws.com/a\r\n', 'https://s3.amazonaws.com/a'],
    ['http://2130706433:9000/a', 'http://127.0.0.1:9000/a'],
  ])('allows %s, however the host is written', (url, expected) => {
    expect(parse(url)).toBe(expected);
  });

  it.each([
    ['the domain itself', 'https://amazonaws.com/a'],
    ['a domain that ends alike', 'https://evilamazonaws.com/a'],
    ['a domain that begins alike', 'https://s3.amazonaws.com.evil.example/a'],
    ['a host below an exact one', 'https://a.files.example.com/a'],
    ['plain HTTP', 'http://s3.amazonaws.com/a'],
    ['another port', 'https://s3.amazonaws.com:8443/a'],
    ['another port of an origin', 'http://127.0.0.1:9001/a'],
    ['another scheme of an origin', 'https://127.0.0.1:9000/a'],
    ['the host of an origin without its port', 'https://storage.example.com/a'],
    ['the address of instance metadata', 'http://169.254.169.254/latest/meta-data'],
    ['a private address', 'https://10.0.0.5/a'],
    ['a user', 'https://user@files.example.com/a'],
    ['a password', 'https://:secret@files.example.com/a'],
    ['a user that looks like a host', 'https://files.example.com@evil.example/a'],
    ['a backslash before another host', 'https://evil.example\\.files.example.com/a'],
    ['a backslash before a user', 'https://evil.example\\@files.example.com/a'],
    ['a user that is escaped', 'https://files.example.com%2f@evil.example/a'],
    ['a user without a name', 'https://@evil.example/a'],
    ['two users', 'https://files.example.com@files.example.com@evil.example/a'],
    ['a host in the path', 'https://evil.example/.amazonaws.com'],
    ['a host in the query', 'https://evil.example?.amazonaws.com'],
    ['a host in the fragment', 'https://evil.example#.amazonaws.com'],
    ['a host that a tab joins', 'https://evil.example\t/.amazonaws.com'],
    ['a host with another dot at its end', 'https://s3.amazonaws.com../a'],
    ['an exact host with another dot at its end', 'https://files.example.com../a'],
    ['a domain that is written alike', 'https://s3.amazоnaws.com/a'],
    ['a domain that is written alike, in punycode', 'https://s3.xn--amaznaws-iwh.com/a'],
    ['a domain with a hyphen', 'https://s3-amazonaws.com/a'],
    ['a domain of another country', 'https://s3.amazonaws.com.cn/a'],
    ['a domain with another end', 'https://s3.amazonaws.co/a'],
    ['this machine', 'https://localhost/a'],
    ['this machine with a dot', 'https://localhost./a'],
    ['an address below an allowed domain', 'https://127.0.0.1.evil.example/a'],
    ['loopback', 'https://127.0.0.1/a'],
    ['loopback as a number', 'https://2130706433/a'],
    ['loopback in octal', 'https://0177.0.0.1/a'],
    ['loopback in hexadecimal', 'https://0x7f.0x0.0x0.0x1/a'],
    ['loopback in short', 'https://127.1/a'],
    ['loopback in full width', 'https://１２７。０．０｡１/a'],
    ['loopback in circles', 'https://①②⑦.⓪.⓪.①/a'],
    ['loopback with a dot at its end', 'https://127.0.0.1./a'],
    ['loopback with two dots at its end', 'https://127.0.0.1../a'],
    ['loopback of IPv6', 'https://[::1]/a'],
    ['loopback of IPv6, in full', 'https://[0000:0000:0000:0000:0000:0000:0000:0001]/a'],
    ['loopback, mapped', 'https://[::ffff:127.0.0.1]/a'],
    ['loopback, mapped, in hexadecimal', 'https://[::FFFF:7F00:1]/a'],
    ['loopback behind NAT64', 'https://[64:ff9b::127.0.0.1]/a'],
    ['loopback behind 6to4', 'https://[2002:7f00:1::]/a'],
    ['a public address', 'https://93.184.215.14/a'],
    ['another spelling of an origin with a user', 'http://user@127.0.0.1:9000/a'],
    ['a script', 'javascript:fetch("https://s3.amazonaws.com")'],
    ['another protocol', 'ftp://s3.amazonaws.com/a'],
    ['a web socket', 'wss://s3.amazonaws.com/a'],
    ['a blob of an allowed origin', 'blob:http://127.0.0.1:9000/a'],
    ['a file', 'file:///etc/passwd'],
    ['data', 'data:text/plain,a'],
  ])('forbids %s', (_, url) => {
    expect(() => parse(url)).toThrow(PermanentError);
    expect(() => parse(url)).toThrow(expect.objectContaining({ stage: 'download', code: 'url_forbidden' }));
  });

  it('forbids everything when nothing is allowed', () => {
    expect(() => parse('https://s3.amazonaws.com/a', '')).toThrow(expect.objectContaining({ code: 'url_forbidden' }));
  });

  it.each([
    '',
    'a.pdf',
    '/a.pdf',
    '//s3.amazonaws.com/a',
    'https://',
    'https://a b/',
    'https://evil.example／.amazonaws.com/a',
    'https://evil.example%00.amazonaws.com/a',
    'https://127.0.0.256/a',
    'https://1.2.3.4.5/a',
    'https://[fe80::1%25eth0]/a',
    'https://[::1/a',
    'https://s3.amazonaws.com:99999/a',
  ])('refuses %p, which is no URL', (url) => {
    expect(() => parse(url)).toThrow(expect.objectContaining({ stage: 'download', code: 'url_invalid' }));
  });

  it('reads where a redirect leads from where it came', () => {
    const from = new URL('https://files.example.com/a/b?c');

    expect(parseDownloadUrl('../d', allow(SETTING), from).href).toBe('https://files.example.com/d');
    expect(parseDownloadUrl('//s3.amazonaws.com/d', allow(SETTING), from).href).toBe('https://s3.amazonaws.com/d');
  });

  it.each([
    ['another host', '//evil.example/a'],
    ['another host by backslashes', '\\\\evil.example/a'],
    ['another host by a tab', '/\t/evil.example/a'],
    ['another host in full', 'https://evil.example/a'],
    ['another port', '//files.example.com:8443/a'],
    ['plain HTTP', 'http://files.example.com/a'],
    ['a user', '//user@files.example.com/a'],
    ['loopback', '//127.1/a'],
    ['instance metadata', 'http://169.254.169.254/latest/meta-data'],
    ['a file', 'file:///etc/passwd'],
  ])('forbids a redirect to %s', (_, location) => {
    const from = new URL('https://files.example.com/a');

    expect(() => parseDownloadUrl(location, allow(SETTING), from)).toThrow(
      expect.objectContaining({ code: 'url_forbidden' }),
    );
  });

  it('names the host and the setting, never path, query, user or password', () => {
    expect(() => parse('https://user:secret@evil.example/path?X-Amz-Signature=abc#part')).toThrow(
      /^Downloads from https:\/\/evil\.example are not allowed \(DOWNLOAD_ALLOWED_HOSTS\)\.$/,
    );
  });

  it.each([
    ['a part of a name that no DNS has', 'https://ca_Key.my-files.example/a', 'https://….my-files.example'],
    ['what another scheme calls a host', 's3://ca_Key/a', 'anything but https and http'],
  ])('does not show %s: a vendor can write the key there', (_, url, shown) => {
    expect(() => parse(url)).toThrow(`Downloads from ${shown} are not allowed (DOWNLOAD_ALLOWED_HOSTS).`);
  });

  it('allows no web address but those below the suffix', () => {
    fc.assert(
      fc.property(fc.webUrl({ withQueryParameters: true }), (url) => {
        const { protocol, hostname } = new URL(url);
        fc.pre(protocol !== 'https:' || !hostname.endsWith('.amazonaws.com'));
        expect(() => parse(url, '*.amazonaws.com')).toThrow(PermanentError);
      }),
    );
  });
});
