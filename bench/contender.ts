/** Copies one document to a key of the bucket `archive`; rejects unless all of it is there. */
export type Copy = (sourceUrl: string, key: string) => Promise<void>;

export type Servers = { sourceUrl: string; targetUrl: string };

/** Sets up what is there before the first document, such as clients. */
export type CreateCopy = (servers: Servers) => Copy;
