import { setTimeout } from 'node:timers/promises';
import { createAwsClient } from '../../lib/adapters/aws-client.ts';
import { createPresignedSource } from '../../lib/adapters/presigned-source.ts';
import { createS3Store } from '../../lib/adapters/s3-store.ts';
import { copyDocument, HELD_BYTES } from '../../lib/copy-document.ts';
import { createHttpGet } from '../../lib/http-get.ts';
import { createMemoryBudget } from '../../lib/memory-budget.ts';
import { readStepRecord } from '../../lib/record.ts';
import { credentials, region } from '../../local/local-account.ts';
import type { CreateCopy } from '../contender.ts';

const now = () => Date.now();

/** `copyDocument` between the adapters that lib/runtime.ts gives it, with every check it makes. */
export const createCopy: CreateCopy = ({ sourceUrl: origin, targetUrl: endpoint }) => {
  const { signal } = new AbortController();
  const { get } = createHttpGet();
  const openLink = createPresignedSource({ allowedHosts: [{ origin }], get, now });
  const client = createAwsClient({
    service: 's3',
    endpoint: new URL(`${endpoint}/archive`),
    region,
    credentials,
    idleMs: 30_000,
  });
  const store = createS3Store({ client, bucket: 'archive' });
  const budget = createMemoryBudget(HELD_BYTES);
  return async (sourceUrl, key) => {
    const claimed = readStepRecord({
      task_id: '1',
      step_id: 'a',
      status: 'COPYING',
      key,
      created_at: '',
      updated_at: '',
    });
    const memory = await budget.reserve(HELD_BYTES, signal);
    const answer = { kind: 'link' as const, url: sourceUrl, redirects: 0, fileName: 'Contract.pdf' };
    const copying = copyDocument({
      claimed,
      force: false,
      answer,
      requestAgain: async () => answer,
      openLink,
      store,
      memory,
      assertLease: async () => undefined,
      isLeaseOver: () => false,
      wait: (ms) => setTimeout(ms),
      keyPrefix: '',
      maxDocumentBytes: 5 * 1024 ** 3,
      signal,
    });
    await copying.finally(memory.release);
  };
};
