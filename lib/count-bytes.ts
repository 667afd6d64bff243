/** How long what lies in so many chunks is. */
export const countBytes = (chunks: readonly Buffer[]): number => chunks.reduce((sum, { length }) => sum + length, 0);
