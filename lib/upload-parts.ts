import { crc32 } from 'node:zlib';
import { encodeCrc32 } from './digest.ts';
import type { Store, UploadedPart } from './ports.ts';

const MAX_IN_FLIGHT = 2;

type Options = {
  store: Pick<Store, 'uploadPart'>;
  key: string;
  uploadId: string;
  parts: AsyncIterable<readonly Buffer[]>;
  /** Gets back each part that was taken. */
  giveBack: (part: readonly Buffer[]) => void;
  signal: AbortSignal;
};

/** Uploads parts as they come, two at a time, and ends with all of them in order; the first failure stops the rest. */
export async function uploadParts({ store, key, uploadId, parts, giveBack, signal }: Options): Promise<UploadedPart[]> {
  const failure = new AbortController();
  const stop = AbortSignal.any([signal, failure.signal]);
  const uploaded: UploadedPart[] = [];
  // What failed stays in it, so that whoever waits next hears of it.
  const inFlight = new Set<Promise<unknown>>();

  async function upload(number: number, body: readonly Buffer[]): Promise<void> {
    const checksum = encodeCrc32(body.reduce((crc: number, chunk) => crc32(chunk, crc), 0));
    uploaded[number - 1] = await store.uploadPart({ key, uploadId, number, body, crc32: checksum, signal: stop });
    giveBack(body);
  }

  try {
    let number = 0;
    for await (const body of parts) {
      number += 1;
      const sending: Promise<unknown> = upload(number, body).then(() => inFlight.delete(sending));
      inFlight.add(sending);
      // Whoever waits for it hears of its failure; until then it must not count as unheard.
      sending.catch(() => undefined);
      if (inFlight.size >= MAX_IN_FLIGHT) await Promise.race(inFlight);
    }
    await Promise.all(inFlight);
    return uploaded;
  } catch (error) {
    failure.abort();
    await Promise.allSettled(inFlight);
    throw error;
  }
}
