const DEFAULT = 'application/octet-stream';

const BY_EXTENSION = new Map(
  Object.entries({
    csv: 'text/csv',
    doc: 'application/msword',
    docx: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
    eml: 'message/rfc822',
    gif: 'image/gif',
    htm: 'text/html',
    html: 'text/html',
    jpeg: 'image/jpeg',
    jpg: 'image/jpeg',
    json: 'application/json',
    msg: 'application/vnd.ms-outlook',
    odt: 'application/vnd.oasis.opendocument.text',
    pdf: 'application/pdf',
    png: 'image/png',
    pptx: 'application/vnd.openxmlformats-officedocument.presentationml.presentation',
    rtf: 'application/rtf',
    tif: 'image/tiff',
    tiff: 'image/tiff',
    txt: 'text/plain',
    xls: 'application/vnd.ms-excel',
    xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
    xml: 'application/xml',
    zip: 'application/zip',
  }),
);

const TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
const MEDIA_TYPE = new RegExp(`^${TOKEN}/${TOKEN}(?:[ \\t]*;[\\x20-\\x7e\\t]*)?$`);

/** The extension of a file name in lower case, empty without one. */
export const readExtension = (fileName: string): string => /\.([^./\\]+)$/.exec(fileName)?.[1]?.toLowerCase() ?? '';

/** The media type without its parameters, in lower case, empty without one. */
export const readMediaType = (header: string | undefined): string =>
  header?.split(';', 1)[0]?.trim().toLowerCase() ?? '';

/**
 * The source's type where it is a well-formed ASCII `type/subtype`, else by the extension, else octet-stream.
 * @see docs/design.md "The object (S3)"
 */
export function chooseContentType(header: string | undefined, fileName: string): string {
  const given = header?.trim() ?? '';
  return MEDIA_TYPE.test(given) && given.length <= 256 ? given : (BY_EXTENSION.get(readExtension(fileName)) ?? DEFAULT);
}
