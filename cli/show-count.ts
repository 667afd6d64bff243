const NUMBERS = new Intl.NumberFormat('en');

/** A count for people: `12,345`. */
export const showCount = (count: number): string => NUMBERS.format(count);
