import { Fn, Token, aws_ec2 as ec2 } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { CONTRACT, message } from './contract';
import type { FlinkHandlersInstallProps } from './flink-handlers-install-props';
import type { Parameter, ParameterValue } from './included-template';

/**
 * A parameter's value and the name of its prop.
 *
 * @internal
 */
export type Given = { readonly [parameter: string]: { readonly prop: string; readonly value?: ParameterValue } };

/**
 * Every parameter of the three templates from its prop; without a value where its default holds.
 *
 * @internal
 */
export function parametersOf(scope: Construct, props: FlinkHandlersInstallProps): Given {
  const { vpc } = props;
  const yes = (value?: boolean) => (value === undefined ? undefined : String(value));
  const subnets = vpc?.selectSubnets(props.vpcSubnets).subnetIds;
  const groups =
    vpc &&
    (props.securityGroups ?? [
      new ec2.SecurityGroup(scope, 'SecurityGroup', { vpc, description: 'The functions of flink-stack-handlers.' }),
    ]);
  const joined = (ids?: string[]) => ids && Fn.join(',', ids);
  return {
    ApplicationNamePrefix: { prop: 'applicationNamePrefixes', value: props.applicationNamePrefixes ?? ['flink-'] },
    Architecture: { prop: 'architecture', value: props.architecture?.name },
    BoundaryArn: { prop: 'applicationBoundary', value: props.applicationBoundary?.managedPolicyArn },
    CodeBucket: { prop: 'functionZips' },
    CodePrefix: { prop: 'functionZips' },
    CodeVersion: { prop: 'functionZips' },
    ContinueWithOwnRole: { prop: 'continueWithOwnRole', value: yes(props.continueWithOwnRole) },
    DataNamePrefix: { prop: 'dataNamePrefixes', value: props.dataNamePrefixes ?? ['flink-'] },
    FunctionBoundaryArn: { prop: 'functionBoundary', value: props.functionBoundary?.managedPolicyArn },
    FunctionRolePath: { prop: 'functionRolePath', value: props.functionRolePath },
    FunctionsInVpc: { prop: 'vpc', value: yes(vpc !== undefined) },
    FurtherBuckets: { prop: 'furtherBuckets', value: orNone(props.furtherBuckets) },
    FurtherKeys: { prop: 'furtherKeys', value: orNone(props.furtherKeys) },
    FurtherStreams: { prop: 'furtherStreams', value: orNone(props.furtherStreams) },
    FurtherTables: { prop: 'furtherTables', value: orNone(props.furtherTables) },
    IgnoreConsentTag: { prop: 'ignoreConsentTag', value: yes(props.ignoreConsentTag) },
    IncidentMail: { prop: 'incidentMail', value: props.incidentMail },
    KeepSnapshots: { prop: 'keepSnapshots', value: props.keepSnapshots },
    KeyArn: { prop: 'key', value: props.key?.keyArn },
    LogRetentionDays: { prop: 'logRetention', value: props.logRetention },
    MaxReplayHours: { prop: 'maxReplayHours', value: props.maxReplayHours },
    PollIntervalMs: { prop: 'pollIntervalMs', value: props.pollIntervalMs },
    ReplyMarginMs: { prop: 'replyMarginMs', value: props.replyMarginMs },
    SecurityGroupIds: { prop: 'securityGroups', value: joined(groups?.map((group) => group.securityGroupId)) },
    StabilizeSeconds: { prop: 'stabilizeSeconds', value: props.stabilizeSeconds },
    StopMinutes: { prop: 'stopMinutes', value: props.stopMinutes },
    SubnetIds: { prop: 'vpcSubnets', value: joined(subnets) },
    Sweep: { prop: 'sweep', value: (props.sweep ?? true) ? 'ENABLED' : 'DISABLED' },
    Tracing: { prop: 'tracing', value: props.tracing ? 'Active' : 'PassThrough' },
    UnstickerConcurrency: { prop: 'unstickerConcurrency', value: props.unstickerConcurrency ?? 0 },
  };
}

/** As CloudFormation passes an empty list of texts. */
function orNone(list?: string[]): string[] {
  return list === undefined || list.length === 0 ? [''] : list;
}

/**
 * What a template's own parameters do not allow, all of it; what only CloudFormation resolves is passed over.
 *
 * @internal
 */
export function problemsOf(
  props: FlinkHandlersInstallProps,
  given: Given,
  parameters: { readonly [name: string]: Parameter },
): string[] {
  const needsVpc = (['vpcSubnets', 'securityGroups'] as const).filter(
    (prop) => props[prop] !== undefined && props.vpc === undefined,
  );
  const tooMany = (['applicationNamePrefixes', 'dataNamePrefixes'] as const).filter((prop) => {
    const count = props[prop]?.length ?? 1;
    return count < 1 || count > CONTRACT.mostPrefixes;
  });
  return [
    ...needsVpc.map((prop) => `${prop}: found no vpc, expected the VPC that it belongs to.`),
    ...tooMany.map((prop) => `${prop}: found ${props[prop]?.length}, expected 1 to ${CONTRACT.mostPrefixes} prefixes.`),
    ...Object.entries(given).flatMap(([name, { prop, value }]) => {
      const items = value === undefined || !(name in parameters) ? [] : Array.isArray(value) ? value : [value];
      return items.flatMap((item) => refusals(prop, item, parameters[name]));
    }),
  ];
}

function refusals(
  prop: string,
  value: string | number,
  { AllowedPattern, AllowedValues, ConstraintDescription, MinValue, MaxValue }: Parameter,
): string[] {
  if (Token.isUnresolved(value)) {
    return [];
  }
  const found = (expected: string) => [
    message('{prop}: found "{value}", expected {expected}.', { prop, value, expected }),
  ];
  if (AllowedPattern !== undefined && !new RegExp(AllowedPattern).test(String(value))) {
    return found(ConstraintDescription ?? AllowedPattern);
  }
  if (AllowedValues !== undefined && !AllowedValues.map(String).includes(String(value))) {
    return found(`one of ${AllowedValues.join(', ')}`);
  }
  const [least, most] = [MinValue ?? -Infinity, MaxValue ?? Infinity];
  if (
    (MinValue !== undefined || MaxValue !== undefined) &&
    !(typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most)
  ) {
    return found(`a whole number from ${least} to ${most}`);
  }
  return [];
}
