import type { MiddlewareObj } from '@middy/core';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import type { CachedSecret } from '../cached-secret.ts';
import { RefusedError } from '../errors.ts';
import { readHeader, readLimitedBody } from '../http-event.ts';
import { isSignedBy } from '../webhook-signature.ts';

const HEADER = 'x-chamelio-signature';

/**
 * Lets in only what is signed under one of the secrets, byte for byte. A signature that fits none makes it read the
 * secrets again, in case they were rotated.
 * @throws RefusedError `body_too_large` 413, `signature_invalid` 401
 * @see docs/chamelio-api.md "Webhooks"
 */
export const verifySignature = (secrets: CachedSecret<readonly string[]>): MiddlewareObj<APIGatewayProxyEventV2> => ({
  before: async ({ event }) => {
    const body = readLimitedBody(event, 'authenticate');
    const header = readHeader(event.headers, HEADER);
    if (isSignedBy(await secrets.read(), body, header)) return;
    if (isSignedBy(await secrets.reread(), body, header)) return;
    const message = `The header ${HEADER} is missing or does not sign this body.`;
    throw new RefusedError({ stage: 'authenticate', code: 'signature_invalid', message, statusCode: 401 });
  },
});
