/** What starting costs before there is anything to start. */
export const handler = async (): Promise<void> => undefined;
