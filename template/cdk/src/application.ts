import { CfnResource } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

const APPLICATION = 'AWS::KinesisAnalyticsV2::Application';
const LOGGING_OPTION = 'AWS::KinesisAnalyticsV2::ApplicationCloudWatchLoggingOption';

/**
 * What both L1 classes of an application show, and a plain `CfnResource` does not.
 *
 * @internal
 */
export interface Shown {
  readonly applicationConfiguration?: unknown;
  readonly applicationName?: string;
  readonly runConfiguration?: unknown;
  readonly runtimeEnvironment?: string;
  readonly serviceExecutionRole?: string;
}

/** What both L1 classes of a logging option show. */
interface ShownOption {
  readonly applicationName?: string;
  readonly cloudWatchLoggingOption?: unknown;
}

/**
 * The one application that a construct is or has under it. By its CloudFormation type: aws-cdk-lib has two classes for
 * it, and a copy of aws-cdk-lib beside the user's has two more, of which `instanceof` knows one.
 *
 * @internal
 */
export function applicationOf(construct: IConstruct): CfnResource & Shown {
  const found = resourcesOf(construct, APPLICATION);
  if (found.length === 1) {
    return found[0];
  }
  const paths = found.map((application) => application.node.path).join(', ');
  throw new Error(
    `application: found ${found.length === 0 ? 'no' : found.length} ${APPLICATION} at or under ${construct.node.path}` +
      `${paths && ` (${paths})`}, expected exactly one. ` +
      (found.length === 0
        ? 'Give the construct that defines the application: an imported one is another stack’s to start.'
        : 'Give each of them FlinkHandlers of its own.'),
  );
}

/**
 * The logging options of an application, anywhere in its stack. One whose application cannot be read counts as its own:
 * waiting for it is harmless, and starting before it is not.
 *
 * @internal
 */
export function loggingOptionsOf(application: CfnResource & Shown): Array<CfnResource & ShownOption> {
  const { stack } = application;
  const names = [
    JSON.stringify(stack.resolve(application.ref)),
    JSON.stringify(stack.resolve(application.applicationName)),
  ];
  return resourcesOf(stack, LOGGING_OPTION).filter((option: CfnResource & ShownOption) => {
    const name =
      option.applicationName === undefined ? undefined : JSON.stringify(stack.resolve(option.applicationName));
    return option.stack === stack && (name === undefined || names.includes(name));
  });
}

function resourcesOf(construct: IConstruct, type: string): CfnResource[] {
  return construct.node
    .findAll()
    .filter(CfnResource.isCfnResource)
    .filter((resource) => resource.cfnResourceType === type);
}
