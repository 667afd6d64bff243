import * as z from 'zod/mini';

/** As a pattern that others are made of. */
export const IDENTIFIER = '[A-Za-z0-9][A-Za-z0-9._:-]{0,127}';
const PATTERN = new RegExp(`^${IDENTIFIER}$`);
/** What an id has to be, for whoever gave another one. */
export const EXPECTED_IDENTIFIER = 'expected 1 to 128 letters, digits or . _ : - that begin with a letter or digit';

/** Only one that is exact in JSON. */
export const wholeNumberAsText = z.pipe(z.int().check(z.nonnegative()), z.transform(String));

/**
 * A task or step id as the vendor sends it, a string or a whole number, kept as a string. A number too large to be
 * exact in JSON is refused, because it would name another task.
 * @see docs/design.md "What the queue carries"; docs/chamelio-api.md, silence 1
 */
export const identifierSchema = z
  .union([z.string(), wholeNumberAsText], { error: EXPECTED_IDENTIFIER })
  .check(z.refine((id) => PATTERN.test(id), { error: EXPECTED_IDENTIFIER }));

/** The same where it can only be text, such as in a path. */
export const identifierTextSchema = z
  .string({ error: EXPECTED_IDENTIFIER })
  .check(z.regex(PATTERN, { error: EXPECTED_IDENTIFIER }));

export const isIdentifier = (value: unknown): value is string => typeof value === 'string' && PATTERN.test(value);
