/** Copies one document to a key of the bucket `archive`; rejects unless all of it is there. */
export type Copy = (sourceUrl: string, key: string) => Promise<void>;

export type Servers = { sourceUrl: string; targetUrl: string };

/** Sets up what is there before the first document, such as clients. */
export type CreateCopy = (servers: Servers) => Copy;

/** How many documents are copied one after the other, and how many before that without counting. */
export type Share = { documents: number; warmUps: number };

export type Task = Share & { servers: Servers; sizeBytes: number };

/** CPU in all processes and threads; the peak where it is known. */
export type Spent = { cpuSeconds: number; peakMib?: number };

/** Something that copies documents: which share of so many it takes, and what it spends on them. */
export type Contender = {
  name: string;
  takeShare: (documents: number) => Share;
  run: (task: Task) => Promise<Spent>;
};
