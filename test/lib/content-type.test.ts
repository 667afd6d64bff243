import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { chooseContentType, readExtension, readMediaType } from '../../lib/content-type.ts';

describe('chooseContentType', () => {
  it.each([
    'application/pdf',
    'text/plain; charset=utf-8',
    'text/plain;charset="utf-8"',
    'image/svg+xml',
    'application/octet-stream',
    `a/${'b'.repeat(254)}`,
  ])("takes the source's type as it is: %s", (header) => {
    expect(chooseContentType(header, 'a.docx')).toBe(header);
  });

  it("takes the source's type without the white space around it", () => {
    expect(chooseContentType(' application/pdf\t', 'a.docx')).toBe('application/pdf');
  });

  it.each([
    ['missing', undefined],
    ['empty', ''],
    ['without a subtype', 'pdf'],
    ['without a type', '/pdf'],
    ['of three parts', 'a/b/c'],
    ['two types', 'application/pdf, text/html'],
    ['of letters from outside ASCII', 'applicatiön/pdf'],
    ['a type with such a parameter', 'text/plain; name="ü"'],
    ['of two lines', 'application/pdf\r\nx-amz-acl: public-read'],
    ['a type with a parameter of two lines', 'application/pdf; a=b\r\nx-amz-acl: public-read'],
    ['longer than 256', `a/${'b'.repeat(255)}`],
  ])('goes by the extension when the header is %s', (_, header) => {
    expect(chooseContentType(header, 'Agreement.PDF')).toBe('application/pdf');
  });

  it.each([
    ['a.csv', 'text/csv'],
    ['a.docx', 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'],
    ['a.xlsx', 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'],
    ['a.jpeg', 'image/jpeg'],
    ['a.tar.zip', 'application/zip'],
  ])('knows %s', (fileName, type) => {
    expect(chooseContentType(undefined, fileName)).toBe(type);
  });

  it.each(['document', 'a.unknown', 'a.', '', 'a.constructor', 'a.__proto__', 'a.toString'])(
    'knows nothing of %p but that it is bytes',
    (fileName) => {
      expect(chooseContentType(undefined, fileName)).toBe('application/octet-stream');
    },
  );

  it('is always a type that can be sent in a header', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (header, fileName) => {
        expect(chooseContentType(header, fileName)).toMatch(/^[!-~]+\/[!-~]+[\x20-\x7e\t]*$/);
      }),
    );
  });
});

describe('readExtension', () => {
  it.each([
    ['a.pdf', 'pdf'],
    ['A.PDF', 'pdf'],
    ['a.tar.gz', 'gz'],
    ['.pdf', 'pdf'],
    ['a', ''],
    ['a.', ''],
    ['a.b/c', ''],
    ['a.b\\c', ''],
    ['', ''],
  ])('of %p is %p', (fileName, extension) => {
    expect(readExtension(fileName)).toBe(extension);
  });
});

describe('readMediaType', () => {
  it.each([
    [undefined, ''],
    ['', ''],
    ['text/html', 'text/html'],
    [' Text/HTML ; charset=utf-8; a=b', 'text/html'],
  ])('of %p is %p', (header, mediaType) => {
    expect(readMediaType(header)).toBe(mediaType);
  });
});
