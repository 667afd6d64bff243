import { createHmac } from 'node:crypto';

/** The `X-Chamelio-Signature` of these bytes, as the vendor sends it. */
export const signWebhook = (body: string | Buffer, secret: string) =>
  `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
