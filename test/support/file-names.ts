import * as fc from 'fast-check';
import { makeSafeFileName } from '../../lib/document-key.ts';

/** Names as nobody should give them: any code unit, and much of what composes, hides, separates or leads upwards. */
const odd = [
  '.',
  '..',
  '/',
  '\\',
  ' ',
  '\0',
  '\n',
  '\u007F',
  '\u0085',
  '\u200D',
  '\u202E',
  '\u2028',
  '\u2029',
  '\uFEFF',
];
const composing = [
  'e',
  '\u0301',
  '\u0338',
  '\u1100',
  '\u1161',
  '\u11A8',
  '\u0958',
  '\u212B',
  '\uD83D',
  '\uDCC4',
  '📄',
  '契',
  '.pdf',
];
export const fileName = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 400 }),
  fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 400 }).map((units) => String.fromCharCode(...units)),
  fc.array(fc.constantFrom(...odd, ...composing), { maxLength: 150 }).map((parts) => parts.join('')),
  // Long enough to be cut, with an extension to keep.
  fc
    .tuple(
      fc.array(fc.constantFrom(...composing), { minLength: 60, maxLength: 200 }),
      fc.stringMatching(/^\.[A-Za-z0-9]{1,31}$/),
    )
    .map(([parts, extension]) => `${parts.join('')}${extension}`),
);

const countBytes = (text: string) => Buffer.byteLength(text);
const readPlainExtension = (name: string) => /[\p{L}\p{N}](\.[A-Za-z0-9]{1,31})$/u.exec(name)?.[1] ?? '';

/** What the contract asks of the safe name, and this one's does not keep. @see docs/design.md "The object (S3)" */
export function listUnsafe(name: string): string[] {
  const safe = makeSafeFileName(name);
  const promises: Record<string, boolean> = {
    'is well-formed': safe.isWellFormed(),
    'is NFC': safe.normalize('NFC') === safe,
    'has no separators': !/[/\\\u2028\u2029]/.test(safe),
    'has no control characters': !/[\p{Cc}\p{Cf}]/u.test(safe),
    'has no leading dots': !safe.startsWith('.'),
    'is not blank': safe.trim() !== '',
    'has 200 bytes at most': countBytes(safe) <= 200,
    'keeps its extension': safe.endsWith(readPlainExtension(name)),
    'is its own safe name': makeSafeFileName(safe) === safe,
    'is the same, however composed': makeSafeFileName(name.toWellFormed().normalize('NFD')) === safe,
  };
  return Object.keys(promises).filter((promise) => !promises[promise]);
}
