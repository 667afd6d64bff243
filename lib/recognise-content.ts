import { readExtension } from './content-type.ts';

const LOOKED_AT_BYTES = 64 * 1024;

const hex = (text: string) => Buffer.from(text, 'hex');
const ZIP = [Buffer.from('PK\x03\x04'), Buffer.from('PK\x05\x06')];
const OLE = hex('d0cf11e0a1b11ae1');
const JPEG = hex('ffd8ff');
const TIFF = [Buffer.from('II*\0'), Buffer.from('MM\0*')];

/** How files of a name begin. Office files under a password are OLE whatever their extension says. */
const BEGINNINGS = new Map<string, readonly Buffer[]>(
  Object.entries({
    pdf: [Buffer.from('%PDF-')],
    docx: [...ZIP, OLE],
    xlsx: [...ZIP, OLE],
    pptx: [...ZIP, OLE],
    odt: ZIP,
    zip: ZIP,
    doc: [OLE],
    xls: [OLE],
    ppt: [OLE],
    msg: [OLE],
    rtf: [Buffer.from('{\\rtf')],
    png: [hex('89504e470d0a1a0a')],
    jpg: [JPEG],
    jpeg: [JPEG],
    gif: [Buffer.from('GIF8')],
    tif: TIFF,
    tiff: TIFF,
  }),
);

/** Readers accept a PDF whose header stands anywhere in its first kilobyte. */
const PDF_HEADER_WITHIN = 1024;

/** Whether the first bytes are what the name promises; an extension nobody knows promises nothing. */
export function fitsName(firstBytes: Buffer, fileName: string): boolean {
  const extension = readExtension(fileName);
  const beginnings = BEGINNINGS.get(extension);
  if (!beginnings) return true;
  if (extension === 'pdf') return firstBytes.subarray(0, PDF_HEADER_WITHIN).includes('%PDF-');
  return beginnings.some((beginning) => firstBytes.subarray(0, beginning.length).equals(beginning));
}

/** Whatever an error page begins with, but for white space: one look at it saves decoding nearly every document. */
const BEGINNING_BYTES = 256;

function decodeText(bytes: Buffer): string {
  const encoding =
    bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : 'utf-8';
  return new TextDecoder(encoding).decode(bytes, { stream: true }).trimStart();
}

function isErrorJson(text: string): boolean {
  try {
    return Object.keys(JSON.parse(text)).some((key) => /^(?:detail|message)$/i.test(key));
  } catch {
    return false;
  }
}

/**
 * Whether the bytes positively are an error page under a document's name. Everything else is a document: a contract
 * must never be refused.
 * @param firstBytes the whole content, or at least its first 64 KiB
 * @see docs/design.md "What each answer leads to"
 */
export function isErrorPage(firstBytes: Buffer, sizeBytes: number, fileName: string): boolean {
  const beginning = decodeText(firstBytes.subarray(0, BEGINNING_BYTES));
  if (beginning !== '' && !/^[<{]/.test(beginning)) return false;
  const extension = readExtension(fileName);
  const text = decodeText(firstBytes.subarray(0, LOOKED_AT_BYTES));
  const start = text.replace(/^<\?xml[^>]*\?>\s*/i, '');
  if (/^(?:<!doctype\s+html|<html)[\s>]/i.test(start.replace(/^(?:<!--.*?-->\s*)+/s, ''))) {
    return !['html', 'htm', 'xhtml'].includes(extension);
  }
  if (/^<error[\s>]/i.test(start)) return extension !== 'xml';
  const isSmallJson = text.startsWith('{') && sizeBytes <= LOOKED_AT_BYTES && extension !== 'json';
  return isSmallJson && isErrorJson(text);
}
