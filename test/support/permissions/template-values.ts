import { accountId, region } from '../../../local/local-account.ts';
import type { Template } from '../packaged-template.ts';

/** What `Ref` says of the resources that are really there; of any other it says its name in the template. */
export type PhysicalIds = Readonly<Record<string, string>>;

export type Resolve = (value: unknown) => string;

const PSEUDO: Record<string, string> = {
  'AWS::AccountId': accountId,
  'AWS::Partition': 'aws',
  'AWS::Region': region,
  'AWS::URLSuffix': 'amazonaws.com',
};

/** Reads values of a template as CloudFormation would, as far as roles and environments need it; throws at everything else. */
export function createResolver({ Resources }: Template, physicalIds: PhysicalIds): Resolve {
  function refer(id: string): string {
    const value = PSEUDO[id] ?? physicalIds[id] ?? (id in Resources ? id : undefined);
    if (value === undefined) throw new Error(`Nothing is known of ${id}`);
    return value;
  }

  function findArn(id: string): string {
    const { Type, Properties } = Resources[id] ?? {};
    const place = `${region}:${accountId}`;
    if (Type === 'AWS::S3::Bucket') return `arn:aws:s3:::${refer(id)}`;
    if (Type === 'AWS::DynamoDB::Table') return `arn:aws:dynamodb:${place}:table/${refer(id)}`;
    if (Type === 'AWS::SQS::Queue') return `arn:aws:sqs:${place}:${refer(id).split('/').at(-1)}`;
    if (Type === 'AWS::Logs::LogGroup') return `arn:aws:logs:${place}:log-group:${resolve(Properties?.LogGroupName)}:*`;
    throw new Error(`Nothing is known of the ARN of ${id}, ${Type}`);
  }

  function substitute(text: string): string {
    return text.replaceAll(/\$\{([^}]+)\}/g, (_, name: string) =>
      name.endsWith('.Arn') ? findArn(name.slice(0, -'.Arn'.length)) : refer(name),
    );
  }

  function resolve(value: unknown): string {
    if (typeof value === 'string') return value;
    const [[kind, operand] = []] = Object.entries(value as object) as [string, unknown][];
    if (kind === 'Ref') return refer(operand as string);
    if (kind === 'Fn::Sub') return substitute(operand as string);
    if (kind === 'Fn::GetAtt' && (operand as string[])[1] === 'Arn') return findArn((operand as string[])[0] as string);
    if (kind === 'Fn::Join') {
      const [separator, parts] = operand as [string, unknown[]];
      return parts.map(resolve).join(separator);
    }
    throw new Error(`Nothing is known of ${JSON.stringify(value)}`);
  }

  return resolve;
}
