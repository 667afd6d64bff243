import { createHash, createHmac, createSecretKey, type Hash, type Hmac, type KeyObject } from 'node:crypto';

type Secret = string | ArrayBuffer | ArrayBufferView;

/** Of the keys that a signer keeps as bytes: to make a key of them costs more than all the rest of a signature. */
const keys = new WeakMap<object, KeyObject>();

function readKey(secret: Exclude<Secret, string>): KeyObject {
  const key = keys.get(secret) ?? createSecretKey(secret as Uint8Array);
  keys.set(secret, key);
  return key;
}

const start = (secret: Secret | undefined): Hash | Hmac =>
  secret === undefined
    ? createHash('sha256')
    : createHmac('sha256', typeof secret === 'string' ? secret : readKey(secret));

/**
 * SHA-256 as the SDK's signer wants it, which is something to be made with `new`; with a secret, its HMAC.
 * @see https://www.rfc-editor.org/rfc/rfc2104
 */
export const SigningHash = function createSigningHash(secret?: Secret) {
  let hash = start(secret);
  return {
    update: (bytes: Uint8Array) => void hash.update(bytes),
    digest: async (): Promise<Uint8Array> => hash.digest(),
    reset: () => void (hash = start(secret)),
  };
} as unknown as new (
  secret?: Secret,
) => { update: (bytes: Uint8Array) => void; digest: () => Promise<Uint8Array>; reset: () => void };
