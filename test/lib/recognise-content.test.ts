import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { fitsName, isErrorPage } from '../../lib/recognise-content.ts';

const ole = Buffer.from('d0cf11e0a1b11ae1', 'hex');
const zip = Buffer.from('PK\x03\x04');

describe('fitsName', () => {
  it.each([
    ['a.pdf', Buffer.from('%PDF-1.7\n')],
    ['a.PDF', Buffer.from(`${'x'.repeat(1019)}%PDF-`)],
    ['a.docx', zip],
    ['a.docx', Buffer.from('PK\x05\x06')],
    ['a.docx', ole],
    ['a.doc', ole],
    ['a.rtf', Buffer.from('{\\rtf1')],
    ['a.png', Buffer.from('89504e470d0a1a0a00', 'hex')],
    ['a.jpeg', Buffer.from('ffd8ffe0', 'hex')],
    ['a.gif', Buffer.from('GIF89a')],
    ['a.tif', Buffer.from('II*\0')],
    ['a.tiff', Buffer.from('MM\0*')],
  ])('is true of %s that begins as such files do: %p', (fileName, bytes) => {
    expect(fitsName(bytes, fileName)).toBe(true);
  });

  it.each(['a.txt', 'a', '', 'a.unknown', 'a.constructor', 'a.__proto__'])(
    'is true of anything under the name %p, which promises nothing',
    (fileName) => {
      expect(fitsName(Buffer.from('anything'), fileName)).toBe(true);
    },
  );

  it.each([
    ['a.pdf', Buffer.from(`${'x'.repeat(1020)}%PDF-`)],
    ['a.pdf', zip],
    ['a.odt', ole],
    ['a.doc', zip],
    ['a.png', Buffer.from('GIF89a')],
    ['a.docx', Buffer.from('PK')],
    ['a.docx', Buffer.alloc(0)],
    ['a.pdf', Buffer.alloc(0)],
  ])('is false of %s that begins otherwise', (fileName, bytes) => {
    expect(fitsName(bytes, fileName)).toBe(false);
  });
});

const html = '<!DOCTYPE html><html><body>502</body></html>';
const xml = '<Error><Code>AccessDenied</Code></Error>';
const utf16be = (text: string) => Buffer.from(text, 'utf16le').swap16();
const isPage = (content: string | Buffer, fileName = 'a.pdf') => {
  const bytes = Buffer.from(content as string);
  return isErrorPage(bytes, bytes.length, fileName);
};

const pages: [name: string, content: string | Buffer][] = [
  ['HTML', html],
  ['HTML without a doctype', '<html><head>'],
  ['HTML with attributes', '<html lang="en">'],
  ['HTML in upper case', '<HTML>\n<HEAD>'],
  ['HTML with an old doctype', '<!doctype   HTML PUBLIC "-//W3C//DTD HTML 4.01//EN">'],
  ['HTML after white space', `\r\n\t ${html}`],
  ['HTML after more than a kilobyte of white space', `${' '.repeat(5000)}${html}`],
  ['HTML after white space that the look at the beginning cuts in two', `${' '.repeat(255)}\u3000${html}`],
  ['HTML after a byte order mark', `\uFEFF${html}`],
  ['HTML after a byte order mark and white space', `\uFEFF\n${html}`],
  ['HTML after comments', `<!-- a\n> -->\n<!---->${html}`],
  ['HTML after an XML declaration and a comment', `<?xml version="1.0"?>\n<!-- a -->${html}`],
  ['HTML in UTF-16, little end first', Buffer.from(`\uFEFF${html}`, 'utf16le')],
  ['HTML in UTF-16, big end first', utf16be(`\uFEFF${html}`)],
  ['an XML error', xml],
  ['an XML error after a declaration', `<?xml version="1.0" encoding="UTF-8"?>\n${xml}`],
  ['an XML error with a namespace', '<Error xmlns="http://s3.amazonaws.com/doc/2006-03-01/">'],
  ['an XML error in lower case', '<error>'],
  ['JSON with detail', '{"detail":"Failed to download step document"}'],
  ['JSON with message', ' {"message": null, "code": 1}'],
  ['JSON with Message', '{"Message":"Forbidden"}'],
  ['JSON after a byte order mark', '\uFEFF{"detail":"a"}'],
  ['JSON of 64 KiB', `{"detail":"${'a'.repeat(64 * 1024 - 13)}"}`],
];

const documents: [name: string, content: string | Buffer][] = [
  ['a PDF', '%PDF-1.7 <html>'],
  ['nothing', ''],
  ['text that mentions HTML', 'See <html> and <Error>'],
  ['a tag that only begins like html', '<htmlx>'],
  ['a tag that only begins like Error', '<Errors>'],
  ['a doctype that only begins like html', '<!DOCTYPE htmlx>'],
  ['other XML', '<?xml version="1.0"?><Contract><Error/></Contract>'],
  ['a comment without an end', '<!-- <html>'],
  ['JSON without detail or message', '{"details":"a","error":{"message":"b"}}'],
  ['a JSON list', '[{"detail":"a"}]'],
  ['what only begins like JSON', '{"detail":"a"'],
  ['RTF', '{\\rtf1 "detail"'],
  ['JSON of more than 64 KiB', `{"detail":"${'a'.repeat(64 * 1024 - 12)}"}`],
  ['an OLE file', ole],
];

const ownNames: [name: string, content: string, fileName: string][] = [
  ['HTML under its own name', html, 'a.html'],
  ['HTML under its own short name', html, 'A.HTM'],
  ['XHTML under its own name', html, 'a.xhtml'],
  ['an XML error under its own name', xml, 'a.xml'],
  ['JSON under its own name', '{"detail":"a"}', 'a.json'],
];

describe('isErrorPage', () => {
  it.each(pages)('is true of %s under the name of a document', (_, content) => {
    expect(isPage(content)).toBe(true);
    expect(isPage(content, 'document')).toBe(true);
  });

  it.each(documents)('is false of %s', (_, content) => {
    expect(isPage(content)).toBe(false);
  });

  it.each(ownNames)('is false of %s', (_, content, fileName) => {
    expect(isPage(content, fileName)).toBe(false);
  });

  it.each(['a.xml', 'a.json'])('is true of HTML under the name %s', (fileName) => {
    expect(isPage(html, fileName)).toBe(true);
  });

  it.each(['a.html', 'a.json'])('is true of an XML error under the name %s', (fileName) => {
    expect(isPage(xml, fileName)).toBe(true);
  });

  it('is false of the small beginning of a large JSON', () => {
    const first = Buffer.from('{"detail":"a"}');

    expect(isErrorPage(first, 1024 * 1024, 'a.pdf')).toBe(false);
  });

  it('is false of every document that begins as its name promises', () => {
    const begun = (beginning: Buffer) => fc.uint8Array().map((rest) => Buffer.concat([beginning, rest]));
    fc.assert(
      fc.property(fc.oneof(...[Buffer.from('%PDF-'), zip, ole].map(begun)), (bytes) => {
        expect(isErrorPage(bytes, bytes.length, 'a.pdf')).toBe(false);
      }),
    );
  });
});
