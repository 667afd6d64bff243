import { createHmac, timingSafeEqual } from 'node:crypto';

const SHAPE = /^sha256=([0-9a-f]{64})$/i;

/**
 * Whether the header signs exactly these bytes under one of the secrets. Every secret is tried in constant time;
 * a header of any other shape is just wrong.
 * @see docs/chamelio-api.md "Webhooks"
 */
export function isSignedBy(secrets: readonly string[], body: Uint8Array, header: string | undefined): boolean {
  const hex = SHAPE.exec(header?.trim() ?? '')?.[1];
  if (hex === undefined) return false;
  const given = Buffer.from(hex, 'hex');
  const matches = secrets.map((secret) => timingSafeEqual(createHmac('sha256', secret).update(body).digest(), given));
  return matches.includes(true);
}
