import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { nameChecksumElement } from './checksums.ts';
import { unquote } from './conditions.ts';
import type { Part, Upload } from './multipart.ts';
import { S3Error } from './s3-error.ts';

const SMALLEST_PART_BYTES = 5 * 1024 ** 2;
const parser = new XMLParser({ parseTagValue: false, isArray: (name: string) => name === 'Part' });

type NamedPart = Record<string, unknown>;

/** The parts that the body of a Complete names. */
export function parseNamedParts(xml: string): NamedPart[] {
  if (XMLValidator.validate(xml) !== true) throw new S3Error('MalformedXML');
  const parts: unknown = parser.parse(xml)?.CompleteMultipartUpload?.Part;
  const isPart = (part: NamedPart) => /^\d{1,5}$/.test(String(part['PartNumber'])) && typeof part['ETag'] === 'string';
  if (Array.isArray(parts) && parts.every(isPart)) return parts;
  throw new S3Error('MalformedXML');
}

/** Those parts as we have them; refuses what S3 refuses, in its order. */
export function choosePartsOf(upload: Upload, named: NamedPart[]): Part[] {
  const element = nameChecksumElement(upload.algorithm);
  const numbers = named.map((given) => Number(given['PartNumber']));
  if (numbers.some((number, index) => number <= (numbers[index - 1] ?? 0))) throw new S3Error('InvalidPartOrder');
  return named.map((given, index) => {
    const number = numbers[index] ?? 0;
    const part = upload.parts.get(number);
    const value = given[element];
    if (!part || unquote(String(given['ETag'])) !== part.md5.toString('hex')) throw refusePart(given);
    if (value === undefined && upload.type === 'COMPOSITE' && upload.asked) {
      const message = `The upload was created using a ${upload.asked} checksum. The complete request must include the checksum for each part. It was missing for part ${number} in the request.`;
      throw new S3Error('InvalidRequest', { message });
    }
    if (value !== undefined && value !== part.checksum.value) throw refusePart(given);
    if (index < named.length - 1 && part.sizeBytes < SMALLEST_PART_BYTES) {
      const sizes = { ProposedSize: String(part.sizeBytes), MinSizeAllowed: String(SMALLEST_PART_BYTES) };
      throw new S3Error('EntityTooSmall', { details: { ...sizes, PartNumber: String(number) } });
    }
    return part;
  });
}

function refusePart(given: NamedPart): S3Error {
  return new S3Error('InvalidPart', {
    details: { PartNumber: String(given['PartNumber']), ETag: String(given['ETag']) },
  });
}
