import { secrets } from './known-secrets.ts';

/** So many characters of a secret are already too many. */
const PART_LENGTH = 12;

type Form = { encoding: string; text: string; partLength: number };

/** Base64 of a text in the midst of other bytes: what it looks like depends on how many bytes came before. */
function encodeBase64Anywhere(secret: string): string[] {
  return [0, 1, 2].map((before) => {
    const text = Buffer.concat([Buffer.alloc(before), Buffer.from(secret)])
      .toString('base64')
      .replace(/=+$/, '');
    return text.slice(before === 0 ? 0 : before + 1, -2);
  });
}

function listForms(secret: string): Form[] {
  const base64 = encodeBase64Anywhere(secret);
  return [
    { encoding: 'plain', text: secret, partLength: PART_LENGTH },
    { encoding: 'JSON', text: JSON.stringify(secret).slice(1, -1), partLength: PART_LENGTH },
    { encoding: 'JSON in JSON', text: JSON.stringify(JSON.stringify(secret)).slice(3, -3), partLength: PART_LENGTH },
    { encoding: 'percent', text: encodeURIComponent(secret), partLength: PART_LENGTH },
    { encoding: 'hex', text: Buffer.from(secret).toString('hex'), partLength: PART_LENGTH * 2 },
    {
      encoding: 'hex with spaces',
      text: Buffer.from(secret)
        .toString('hex')
        .replace(/..(?!$)/g, '$& '),
      partLength: 35,
    },
    { encoding: 'bytes', text: [...Buffer.from(secret)].join(','), partLength: PART_LENGTH * 3 },
    ...base64.map((text) => ({ encoding: 'base64', text, partLength: 16 })),
    ...base64.map((text) => ({
      encoding: 'base64url',
      text: text.replaceAll('+', '-').replaceAll('/', '_'),
      partLength: 16,
    })),
  ];
}

/** Every part of a secret, however it is written, by what it is a part of. */
const parts = new Map<string, string>();
for (const [name, secret] of Object.entries(secrets)) {
  for (const { encoding, text, partLength } of listForms(secret)) {
    const form = text.toLowerCase();
    for (let start = 0; start + partLength <= form.length; start += 1) {
      const part = form.slice(start, start + partLength);
      if (!parts.has(part)) parts.set(part, `${name} (${encoding})`);
    }
  }
}

const lengths = [...new Set([...parts.keys()].map((part) => part.length))];

/** Which secrets a text holds, whole or in part, in any encoding, whatever the case. */
export function findLeaks(text: string): string[] {
  const searched = text.toLowerCase();
  const found = new Set<string>();
  for (const length of lengths) {
    for (let start = 0; start + length <= searched.length; start += 1) {
      const leaked = parts.get(searched.slice(start, start + length));
      if (leaked) found.add(leaked);
    }
  }
  return [...found];
}
