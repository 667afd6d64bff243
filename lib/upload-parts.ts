import { countBytes } from './count-bytes.ts';
import { combineCrc32, computeCrc32, encodeCrc32 } from './crc32.ts';
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

/** Parts in order, and the CRC-32 of all of them. */
export type Uploaded = { parts: UploadedPart[]; crc32: string };

/** Uploads parts as they come, two at a time; the first failure stops the rest. */
export async function uploadParts({ store, key, uploadId, parts, giveBack, signal }: Options): Promise<Uploaded> {
  const failure = new AbortController();
  const stop = AbortSignal.any([signal, failure.signal]);
  const uploaded: UploadedPart[] = [];
  // What failed stays in it, so that whoever waits next hears of it.
  const inFlight = new Set<Promise<unknown>>();

  async function upload(number: number, body: readonly Buffer[], crc32: string): Promise<void> {
    uploaded[number - 1] = await store.uploadPart({ key, uploadId, number, body, crc32, signal: stop });
    giveBack(body);
  }

  try {
    let number = 0;
    let whole = 0;
    for await (const body of parts) {
      number += 1;
      const crc = computeCrc32(body);
      whole = combineCrc32(whole, crc, countBytes(body));
      const sending: Promise<unknown> = upload(number, body, encodeCrc32(crc)).then(() => inFlight.delete(sending));
      inFlight.add(sending);
      // Whoever waits for it hears of its failure; until then it must not count as unheard.
      sending.catch(() => undefined);
      if (inFlight.size >= MAX_IN_FLIGHT) await Promise.race(inFlight);
    }
    await Promise.all(inFlight);
    return { parts: uploaded, crc32: encodeCrc32(whole) };
  } catch (error) {
    failure.abort();
    await Promise.allSettled(inFlight);
    throw error;
  }
}
