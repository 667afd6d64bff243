/** What is copied, by what it is called: so many documents of one size, one after the other. */
export const CASES = {
  '100 KB': { sizeBytes: 100_000, documents: 1000, quickDocuments: 100 },
  '1 MB': { sizeBytes: 1_000_000, documents: 300, quickDocuments: 30 },
  '20 MB': { sizeBytes: 20_000_000, documents: 50, quickDocuments: 5 },
  '1 GB': { sizeBytes: 1_000_000_000, documents: 1, quickDocuments: 0 },
} as const;

export type CaseName = keyof typeof CASES;
