import * as z from 'zod';

const oneOrMore = z.union([z.string(), z.array(z.string())]).transform((found) => [found].flat());
const principal = z.union([z.literal('*'), z.object({ AWS: z.union([z.literal('*'), z.tuple([z.literal('*')])]) })]);

const denial = z.object({
  Effect: z.literal('Deny'),
  Principal: principal,
  Action: oneOrMore.refine((actions) => actions.includes('s3:*') || actions.includes('*')),
  Condition: z.object({
    Bool: z.object({
      'aws:SecureTransport': z.union([z.literal('false'), z.literal(false), z.tuple([z.literal('false')])]),
    }),
  }),
});

const policy = z.object({ Statement: z.union([z.array(z.unknown()), z.unknown().transform((one) => [one])]) });

/** Whether a bucket policy denies everybody whatever comes without TLS, in the form that AWS documents. */
export function refusesPlainHttp(text: string): boolean {
  const { Statement } = policy.parse(JSON.parse(text));
  return Statement.some((statement) => denial.safeParse(statement).success);
}
