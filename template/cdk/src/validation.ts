import { Token } from 'aws-cdk-lib';
import type { CfnResource } from 'aws-cdk-lib';
import type { Shown } from './application';
import { CONTRACT, message } from './contract';
import { FlinkRestoreType } from './flink-handlers-props';
import type { FlinkHandlersProps } from './flink-handlers-props';
import { areOwnGroupsHidden, conflicts, ownGroups, refusals } from './property-groups';
import type { Groups } from './property-groups';

/**
 * All that is wrong and known at synthesis, each as a sentence; what only CloudFormation resolves is passed over.
 *
 * @internal
 */
export function problemsOf(application: CfnResource & Shown, props: FlinkHandlersProps, groups: Groups): string[] {
  const hasGroups = props.propertyGroups !== undefined || Object.keys(groups).length > 0;
  return [
    ...kind(application, hasGroups),
    ...(hasGroups ? refusals(groups) : []),
    ...conflicts(application, ownGroups(application), props.propertyGroups ?? {}),
    ...hiddenGroups(application, props),
    ...number('MaxReplayHours', props.maxReplayHours),
    ...number('StopMinutes', props.stopMinutes),
    ...number('StabilizeSeconds', props.stabilizeSeconds),
    ...restore(props),
    ...name(application, props.applicationNamePrefixes ?? ['flink-']),
    ...unreadable(application, props),
  ];
}

/** A Studio notebook has no property groups, a SQL application none of the resources. */
function kind({ node, runtimeEnvironment: runtime }: CfnResource & Shown, hasGroups: boolean): string[] {
  if (runtime === undefined || Token.isUnresolved(runtime)) {
    return [];
  }
  const { message: refusal, resources } = CONTRACT.notServed;
  const [, refusing] = Object.entries(resources).find(([prefix]) => runtime.startsWith(prefix)) ?? ['', []];
  return refusing
    .filter((resource) => hasGroups || resource !== CONTRACT.propertyGroups.type)
    .map((resource) => message(refusal, { application: node.path, resource, runtime }));
}

function number(property: string, value?: number): string[] {
  const { most, message: refusal } = CONTRACT.numbers[property];
  const isWithin =
    value === undefined || Token.isUnresolved(value) || (Number.isInteger(value) && value >= 0 && value <= most);
  return isWithin ? [] : [message(refusal, { found: value })];
}

function restore({ runConfiguration }: FlinkHandlersProps): string[] {
  const { restoreType, snapshotName } = runConfiguration ?? {};
  if (snapshotName === undefined && restoreType === FlinkRestoreType.CUSTOM) {
    return [`runConfiguration: found ${restoreType} without a snapshotName, expected the name of a snapshot.`];
  }
  if (snapshotName !== undefined && restoreType !== undefined && restoreType !== FlinkRestoreType.CUSTOM) {
    return [
      `runConfiguration: found a snapshotName with ${restoreType}, expected it with ${FlinkRestoreType.CUSTOM} only.`,
    ];
  }
  return [];
}

/** The functions are permitted to touch applications by how their names begin. */
function name({ stack, applicationName }: CfnResource & Shown, prefixes: string[]): string[] {
  const begins = applicationName ?? `${stack.stackName}-`;
  if (
    Token.isUnresolved(begins) ||
    prefixes.some((prefix) => Token.isUnresolved(prefix) || begins.startsWith(prefix))
  ) {
    return [];
  }
  const whose = applicationName === undefined ? 'a generated name begins with the stack’s' : 'its applicationName';
  return [
    `application: found the name "${begins}" (${whose}), expected one that begins with ${prefixes.join(' or ')}: ` +
      'the handlers may touch no other. Rename the stack, or give applicationNamePrefixes to the account’s ' +
      'FlinkHandlersInstall and here.',
  ];
}

function hiddenGroups(application: Shown, { propertyGroups }: FlinkHandlersProps): string[] {
  if (propertyGroups === undefined || !areOwnGroupsHidden(application)) {
    return [];
  }
  return [
    'propertyGroups: the application’s own EnvironmentProperties are an expression that only CloudFormation ' +
      'resolves, expected a list to add them to. Write all groups into the application, and none here.',
  ];
}

/** A plain CfnResource shows none of its properties: a digest over nothing would guard and start nothing. */
function unreadable(
  { applicationConfiguration, node }: CfnResource & Shown,
  { restartOn }: FlinkHandlersProps,
): string[] {
  if (applicationConfiguration !== undefined || restartOn !== undefined) {
    return [];
  }
  return [
    `restartOn: ${node.path} is a plain CfnResource, whose properties cannot be read, expected the properties that ` +
      'restart the job. Give them as restartOn.',
  ];
}
