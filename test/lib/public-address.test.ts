import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { isPublicAddress } from '../../lib/public-address.ts';

const listAddresses = (text: string) => text.trim().split(/\s+/);

describe('an address is not public', () => {
  it.each([
    ['of this network', '0.0.0.0 0.0.0.1 0.255.255.255'],
    ['private', '10.0.0.0 10.255.255.255 172.16.0.0 172.31.255.255 192.168.0.0 192.168.255.255'],
    ['shared by a carrier', '100.64.0.0 100.100.100.200 100.127.255.255'],
    ['loopback', '127.0.0.0 127.0.0.1 127.255.255.255 ::1'],
    ['link-local', '169.254.0.0 169.254.255.255 fe80:: fe80::1 febf::ffff fe80::1%eth0'],
    [
      'of metadata or credentials',
      '169.254.169.254 169.254.170.2 169.254.170.23 fd00:ec2::254 fd00:ec2::23 192.0.0.192',
    ],
    ['for protocol assignments', '192.0.0.0 192.0.0.255 2001:: 2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff'],
    ['for documentation', '192.0.2.1 198.51.100.255 203.0.113.0 2001:db8::1 3fff::1 3fff:fff::1'],
    ['for benchmarks', '198.18.0.0 198.19.255.255 2001:2::1'],
    ['of a 6to4 relay', '192.88.99.0 192.88.99.255'],
    ['multicast', '224.0.0.0 239.255.255.255 ff00:: ff02::1'],
    ['reserved or broadcast', '240.0.0.0 255.255.255.254 255.255.255.255'],
    ['unspecified', '::'],
    ['IPv4-mapped', '::ffff:127.0.0.1 ::ffff:7f00:1 ::ffff:8.8.8.8 0:0:0:0:0:ffff:a00:1 ::ffff:0:7f00:1'],
    ['IPv4-compatible', '::127.0.0.1 ::7f00:1 ::808:808'],
    ['NAT64', '64:ff9b::7f00:1 64:ff9b::10.0.0.1 64:ff9b::808:808 64:ff9b:1::a00:1'],
    ['6to4', '2002:7f00:1:: 2002:a00:1::1 2002:808:808::'],
    ['Teredo', '2001:0:7f00:1::1 2001:0:4136:e378:8000:63bf:3fff:fdd2'],
    ['discard-only', '100::1'],
    ['unique-local', 'fc00::1 fd12:3456:789a::1 fdff:ffff::'],
    ['site-local', 'fec0::1 feff::1'],
    ['a segment identifier', '5f00::1'],
    ['handed out by nobody', '1fff:: 4000:: 8000::1 e000::1'],
  ])('%s: %s', (_, addresses) => {
    expect(listAddresses(addresses).filter(isPublicAddress)).toEqual([]);
  });

  it('when it is none', () => {
    const texts = ['', 'localhost', '[::1]', '[2600::1]', '8.8.8.8.', '8.8.8', '010.0.0.1', '134744072', '8.8.8.8:443'];
    expect(texts.filter(isPublicAddress)).toEqual([]);
  });
});

describe('an address is public', () => {
  it.each([
    ['of IPv4, even beside what is not', '1.0.0.0 8.8.8.8 9.255.255.255 11.0.0.0 100.63.255.255 100.128.0.0'],
    [
      'of IPv4, even beside loopback',
      '126.255.255.255 128.0.0.0 169.253.255.255 169.255.0.0 172.15.255.255 172.32.0.0',
    ],
    [
      'of IPv4, even beside assignments',
      '191.255.255.255 192.0.1.0 192.0.3.0 192.88.98.255 192.88.100.0 192.167.255.255',
    ],
    [
      'of IPv4, even beside the last ones',
      '192.169.0.0 198.17.255.255 198.20.0.0 198.51.99.255 203.0.114.0 223.255.255.255',
    ],
    ['of S3', '52.219.170.10 3.5.136.1 2600:1fa0:80a4:8b1::34db:aa0a 2a05:d050:8000::1'],
    [
      'of IPv6, even beside what is not',
      '2000:: 2001:200:: 2001:db7:ffff:: 2001:db9:: 2003:: 3ffe:ffff:: 3fff:1000:: 2620::',
    ],
  ])('%s: %s', (_, addresses) => {
    expect(listAddresses(addresses).filter((address) => !isPublicAddress(address))).toEqual([]);
  });
});

const octets = fc.tuple(fc.nat(255), fc.nat(255), fc.nat(255), fc.nat(255));
/** Half of them are of a block that matters. */
const ipv4 = fc.oneof(
  octets,
  fc.tuple(fc.constantFrom(0, 10, 100, 127, 169, 172, 192, 198, 203, 224, 255), fc.nat(255), fc.nat(255), fc.nat(255)),
);

const inBase = (value: number, base: string) =>
  ({ octal: `0${value.toString(8)}`, hex: `0X${value.toString(16).toUpperCase()}` })[base] ?? String(value);

const inDigits: Record<string, (text: string) => string> = {
  plain: (text) => text,
  escaped: (text) => text.replaceAll(/[0-9]/g, (digit) => `%3${digit}`),
  fullWidth: (text) =>
    text.replaceAll(/[!-~]/g, (sign) => String.fromCodePoint((sign.codePointAt(0) as number) + 0xfee0)),
  mathematical: (text) => text.replaceAll(/[0-9]/g, (digit) => String.fromCodePoint(0x1d7ce + Number(digit))),
};

type Spelling = { count: number; bases: string[]; digits: string; dot: string; end: string };

/** The last part of a short spelling stands for all the octets that are left: 127.1, 10.65535, 2130706433. */
function spell(address: readonly number[], { count, bases, digits, dot, end }: Spelling): string {
  const rest = address.slice(count - 1).reduce((sum, octet) => sum * 256 + octet, 0);
  const parts = [...address.slice(0, count - 1), rest].map((part, at) => inBase(part, bases[at] as string));
  return parts.map((part) => (inDigits[digits] as (text: string) => string)(part)).join(dot) + end;
}

const spelling: fc.Arbitrary<Spelling> = fc.record({
  count: fc.integer({ min: 1, max: 4 }),
  bases: fc.array(fc.constantFrom('decimal', 'octal', 'hex'), { minLength: 4, maxLength: 4 }),
  digits: fc.constantFrom(...Object.keys(inDigits)),
  dot: fc.constantFrom('.', '。', '．', '｡', '%2e', '\t.', '.\n'),
  end: fc.constantFrom('', '.', '。'),
});

describe('every IPv4 address', () => {
  it('is judged alike in every spelling that a URL takes', () => {
    fc.assert(
      fc.property(ipv4, spelling, (address, how) => {
        const { hostname } = new URL(`https://${spell(address, how)}/`);

        expect(hostname).toBe(address.join('.'));
        expect(isPublicAddress(hostname)).toBe(isPublicAddress(address.join('.')));
      }),
    );
  });

  it('is refused in every form of IPv6 that stands for it', () => {
    fc.assert(
      fc.property(ipv4, fc.boolean(), (address, isUpper) => {
        const [a, b, c, d] = address;
        const high = (a * 256 + b).toString(16);
        const low = (c * 256 + d).toString(16);
        const dotted = address.join('.');
        const forms = [
          ...['::ffff:', '::', '64:ff9b::', '::ffff:0:'].flatMap((start) => [start + dotted, `${start}${high}:${low}`]),
          `2002:${high}:${low}::1`,
          `2001:0:${high}:${low}::1`,
          `64:ff9b:1::${high}:${low}`,
        ].map((form) => (isUpper ? form.toUpperCase() : form));
        const asHosts = forms.map((form) => new URL(`https://[${form}]/`).hostname.slice(1, -1));

        expect([...forms, ...asHosts].filter(isPublicAddress)).toEqual([]);
      }),
    );
  });
});
