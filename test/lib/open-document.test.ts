import { describe, expect, it } from '@jest/globals';
import { openDocument, readDispositionName } from '../../lib/open-document.ts';

describe('readDispositionName', () => {
  it.each([
    ['attachment; filename="a b.pdf"', 'a b.pdf'],
    ['attachment; filename=a.pdf; size=3', 'a.pdf'],
    ['attachment;filename="a\\"b.pdf"', 'a"b.pdf'],
    ['attachment; filename="x.pdf"; filename*=UTF-8\'\'%C3%9Cbersicht.pdf', 'Übersicht.pdf'],
    ["attachment; filename*=UTF-8''100%.pdf", '100%.pdf'],
    [`attachment; filename="${Buffer.from('Übersicht.pdf').toString('latin1')}"`, 'Übersicht.pdf'],
    ['attachment; filename="\xfc.pdf"', '_.pdf'],
    ['attachment', undefined],
    ['attachment; filename=""', undefined],
    [undefined, undefined],
  ])('reads %p as %p', (header, name) => {
    expect(readDispositionName(header)).toBe(name);
  });
});

describe('openDocument', () => {
  const open = (headers: Record<string, string>, path = '/a/b.pdf', isEncoded = false) =>
    openDocument(
      { status: 200, headers, bytes: (async function* () {})(), close: () => undefined, isEncoded },
      new URL(path, 'https://storage.example'),
    );

  it('reads what the headers say', () => {
    expect(open({ 'content-length': '3', 'content-type': 'application/pdf', etag: '"e1"' })).toMatchObject({
      sizeBytes: 3,
      contentType: 'application/pdf',
      etag: '"e1"',
      fileName: 'b.pdf',
      isResumable: true,
    });
  });

  it.each(['W/"e1"', 'e1', ''])('does not build on the ETag %p', (etag) => {
    expect(open({ etag })).toMatchObject({ etag: undefined, isResumable: false });
  });

  it('takes no length from an encoded answer, and does not resume it', () => {
    expect(open({ 'content-length': '3', etag: '"e1"' }, '/a', true)).toMatchObject({
      sizeBytes: undefined,
      isResumable: false,
    });
  });

  it.each([
    ['/a/%C3%9C.pdf?X-Amz-Signature=a', 'Ü.pdf'],
    ['/a/100%.pdf', '100%.pdf'],
    ['/a/', undefined],
  ])('takes the name from the path %s without a better one', (path, fileName) => {
    expect(open({}, path).fileName).toBe(fileName);
  });
});
