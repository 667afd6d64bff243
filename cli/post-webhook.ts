import { createHmac } from 'node:crypto';

const TIMEOUT_MS = 30_000;

/**
 * Posts these bytes, signed. A redirect is an answer like any other: nothing signed goes where nobody said.
 * @throws Error saying that nobody answered
 * @see docs/chamelio-api.md "Webhooks"
 */
export async function postWebhook(to: URL, body: Buffer<ArrayBuffer>, secret: string) {
  const signature = createHmac('sha256', secret).update(body).digest('hex');
  try {
    const answer = await fetch(to, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-chamelio-signature': `sha256=${signature}` },
      body,
      redirect: 'manual',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    return { status: answer.status, text: await answer.text() };
  } catch (error) {
    const { name, cause } = error as Error & { cause?: { code?: string; message: string } };
    throw new Error(`There is no answer from ${to.origin} (${cause?.code ?? cause?.message ?? name}).`, {
      cause: error,
    });
  }
}
