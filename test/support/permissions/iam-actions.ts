import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { region } from '../../../local/local-account.ts';
import type { AwsCall } from './aws-call.ts';

type Row = {
  service: string;
  call: string;
  options: readonly string[];
  setting?: string;
  /** By what they have to be allowed on: a place of the call, or a setting that names a key. */
  needs: Record<string, readonly string[]>;
  pages: readonly string[];
};

export type IamActions = {
  calls: readonly Row[];
  /** Commands that a bundle holds and its function never sends. */
  carried: readonly { calls: readonly string[]; by: readonly string[] }[];
};

/** docs/iam-actions.json: the IAM actions that AWS documents for each call. */
export async function readIamActions(): Promise<IamActions> {
  const file = join(import.meta.dirname, '../../../docs/iam-actions.json');
  return JSON.parse(await readFile(file, 'utf8')) as IamActions;
}

type Named = Pick<Row, 'service' | 'call' | 'options'>;

/** "s3 PutObject (if-match)" */
export const nameCall = ({ service, call, options }: Named) =>
  `${service} ${call}${options.length > 0 ? ` (${options.join(', ')})` : ''}`;

export type Settings = Readonly<Record<string, string>>;

/** What a role has to allow for these calls, each once: "s3:PutObject on arn:aws:s3:::archive/tasks/*". */
export function listNeeds(calls: readonly AwsCall[], { calls: rows }: IamActions, settings: Settings): string[] {
  const needs = calls.flatMap((call) => {
    const arns: Record<string, string> = { ...settings, ...call.places };
    const row = rows.find((known) => nameCall(known) === nameCall(call));
    // A key is for whoever comes by the service that it is of use to.
    const via = (place: string) => (place in settings ? ` via ${call.service}.${region}.amazonaws.com` : '');
    return Object.entries(row?.needs ?? {}).flatMap(([place, actions]) =>
      place in arns ? actions.map((action) => `${action} on ${arns[place]}${via(place)}`) : [],
    );
  });
  return [...new Set(needs)].toSorted();
}
