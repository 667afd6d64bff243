import { accountId, region } from '../../../local/local-account.ts';
import type { Template } from '../packaged-template.ts';
import type { AwsCall } from './aws-call.ts';
import type { Resolve } from './template-values.ts';

type Attributes = Record<string, unknown>;
type Condition = { StringEquals?: { 'kms:ViaService'?: unknown } };
type Statement = { Effect: string; Action: string | string[]; Resource: unknown; Condition?: Condition };

/** What a packaged template says of a function, as far as its permissions go. */
export type DeployedFunction = {
  name: string;
  environment: Record<string, string>;
  /** All that its role allows, in the words of `listNeeds`; what hangs on a service says so; any other condition throws. */
  grants: string[];
  /** What Lambda itself does under the role. */
  serviceCalls: AwsCall[];
};

/** For these Lambda wants more of a role, and docs/iam-actions.json has no row. */
const UNKNOWN_TO_TABLE = [
  'DeadLetterConfig',
  'FileSystemConfigs',
  'KmsKeyArn',
  'LoggingConfig',
  'TracingConfig',
  'VpcConfig',
];

/** @throws Error at whatever gives or wants permissions in a way that is not known here */
export function readFunctions(template: Template, resolve: Resolve): DeployedFunction[] {
  const resources = Object.entries(template.Resources);
  const listOf = (type: string) => resources.filter(([, { Type }]) => Type === type);
  const apart = resources.filter(([, { Type }]) => /^AWS::IAM::(\w*Policy)$/.test(Type));
  if (apart.length > 0) throw new Error(`Permissions outside of a role: ${apart.map(([id]) => id).join(', ')}`);

  function listServiceCalls(id: string, properties: Attributes): AwsCall[] {
    const logGroupName = `/aws/lambda/${resolve(properties.FunctionName)}`;
    const logGroup = `arn:aws:logs:${region}:${accountId}:log-group:${logGroupName}:*`;
    const polls = listOf('AWS::Lambda::EventSourceMapping')
      .map(([, mapping]) => mapping.Properties)
      .filter(({ FunctionName }) => JSON.stringify(FunctionName).includes(`"${id}"`))
      .map(({ EventSourceArn }) => ({ call: 'poll queue', places: { queue: resolve(EventSourceArn) } }));
    const calls = [{ call: 'write logs', places: { logGroup } }, ...polls];
    return calls.map((call) => ({ service: 'lambda', options: [], ...call }));
  }

  return listOf('AWS::Lambda::Function').map(([id, { Properties }]) => {
    const unknown = UNKNOWN_TO_TABLE.filter((name) => name in Properties);
    if (unknown.length > 0) throw new Error(`${id} has ${unknown.join(', ')}`);
    const { 'Fn::GetAtt': [roleId = ''] = [] } = Properties.Role as { 'Fn::GetAtt'?: string[] };
    const { Variables } = Properties.Environment as { Variables: Attributes };
    return {
      name: /^handlers\/(\w+)\.handler$/.exec(String(Properties.Handler))?.[1] ?? id,
      environment: Object.fromEntries(Object.entries(Variables).map(([name, value]) => [name, resolve(value)])),
      grants: listGrants(template.Resources[roleId]?.Properties ?? {}, resolve),
      serviceCalls: listServiceCalls(id, Properties),
    };
  });
}

function listGrants({ Policies, ManagedPolicyArns }: Attributes, resolve: Resolve): string[] {
  if (ManagedPolicyArns) throw new Error("A managed policy is AWS's to change");
  const statements = (Policies as { PolicyDocument: { Statement: Statement[] } }[]).flatMap(
    ({ PolicyDocument }) => PolicyDocument.Statement,
  );
  const grants = statements.flatMap(({ Effect, Action, Resource, Condition, ...more }) => {
    const isPlain = Effect === 'Allow' && Object.keys(more).every((name) => name === 'Sid');
    if (!isPlain) throw new Error(`Not a plain permission: ${JSON.stringify({ Effect, ...more })}`);
    const only = Condition ? ` via ${resolve(Condition.StringEquals?.['kms:ViaService'])}` : '';
    return [Action].flat().flatMap((action) => [Resource].flat().map((one) => `${action} on ${resolve(one)}${only}`));
  });
  return grants.toSorted();
}
