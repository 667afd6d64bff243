import type { MiddlewareObj } from '@middy/core';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import type { CachedSecret } from '../cached-secret.ts';
import { RefusedError } from '../errors.ts';
import { readHeader, readRawBody } from '../http-event.ts';
import { isSignedBy } from '../webhook-signature.ts';

const HEADER = 'x-chamelio-signature';
const MAX_BODY_BYTES = 1024 * 1024;

/**
 * Lets in only what is signed under one of the secrets, byte for byte. A signature that fits none makes it read the
 * secrets again, in case they were rotated.
 * @throws RefusedError `body_too_large` 413, `signature_invalid` 401
 * @see docs/chamelio-api.md "Webhooks"
 */
export const verifySignature = (secrets: CachedSecret<readonly string[]>): MiddlewareObj<APIGatewayProxyEventV2> => ({
  before: async ({ event }) => {
    const body = readRawBody(event);
    if (body.length > MAX_BODY_BYTES) {
      const message = 'The body is larger than 1 MiB.';
      throw new RefusedError({ stage: 'authenticate', code: 'body_too_large', message, statusCode: 413 });
    }
    const header = readHeader(event.headers, HEADER);
    if (isSignedBy(await secrets.read(), body, header)) return;
    if (isSignedBy(await secrets.reread(), body, header)) return;
    const message = `The header ${HEADER} is missing or does not sign this body.`;
    throw new RefusedError({ stage: 'authenticate', code: 'signature_invalid', message, statusCode: 401 });
  },
});
