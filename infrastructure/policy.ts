import type { Reference } from './cloudformation.ts';

export type Statement = {
  Effect: 'Allow' | 'Deny';
  Principal?: unknown;
  Action: string | string[];
  Resource?: Reference | Reference[];
  Condition?: Record<string, Record<string, Reference>>;
};

export const policyDocument = (...statements: Statement[]) => ({ Version: '2012-10-17', Statement: statements });

export const allow = (Action: string | string[], Resource: Reference): Statement => ({
  Effect: 'Allow',
  Action,
  Resource,
});

/** Nobody, the account's owner included, reaches it without TLS. */
export const denyPlainHttp = (service: string, ...resources: Reference[]): Statement => ({
  Effect: 'Deny',
  Principal: '*',
  Action: `${service}:*`,
  Resource: resources,
  Condition: { Bool: { 'aws:SecureTransport': 'false' } },
});
