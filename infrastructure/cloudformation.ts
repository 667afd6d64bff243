/** As CloudFormation reads it. Its shape is for cfn-lint to judge, which knows every property. */
export type CloudFormationResource = {
  Type: string;
  DeletionPolicy?: 'Retain';
  UpdateReplacePolicy?: 'Retain';
  Properties: Record<string, unknown>;
};

export type Resources = Record<string, CloudFormationResource>;

/** A reference of one resource to another, or to what CloudFormation fills in itself. */
export type Reference = string | Record<string, unknown>;

/** What outlives `serverless remove`, and a change that would make CloudFormation replace it. */
export const RETAIN = { DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' } as const;

export const refer = (id: string) => ({ Ref: id });
export const arnOf = (id: string) => ({ 'Fn::GetAtt': [id, 'Arn'] });
/** Text in which CloudFormation fills in `${Id}`, `${Id.Arn}` and `${AWS::Region}`. */
export const fillIn = (text: string) => ({ 'Fn::Sub': text });

/** The ARN of something of this account and region, such as `parameter/name` of `ssm`. */
export const localArn = (service: string, name: string) =>
  fillIn(`arn:\${AWS::Partition}:${service}:\${AWS::Region}:\${AWS::AccountId}:${name}`);
