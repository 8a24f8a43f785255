// Copy this file: `new FlinkHandlers(this, 'Handlers', { application, propertyGroups })` makes a stack of yours start
// its Flink application, give it the stack's own names, and stop it before each update, so that nothing gets stuck.
import * as flink from '@aws-cdk/aws-kinesisanalytics-flink-alpha';
import * as cdk from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { createHash } from 'crypto';

export interface FlinkHandlersProps {
  /** Without an `applicationName` if it had none: a name replaces it, and its snapshots go with it. */
  readonly application: flink.Application;
  /** What the job reads. Give the same object to the application: a rollback without the handler restores those. */
  readonly propertyGroups: { readonly [id: string]: { readonly [key: string]: string } };
  /** More properties of Custom::FlinkUpdateGuard. */
  readonly updateGuard?: { [property: string]: string };
  /** More properties of Custom::FlinkAutoStart. */
  readonly autoStart?: { [property: string]: string };
}

export class FlinkHandlers extends Construct {
  /** `RestoredSnapshot`, from which the application was last started, and the other attributes of the resource. */
  public readonly autoStart: cdk.CustomResource;

  constructor(scope: Construct, id: string, props: FlinkHandlersProps) {
    super(scope, id);
    const application = props.application.node.findChild('Resource') as cdk.CfnResource;
    const option = props.application.node.findChild('LoggingOption') as cdk.CfnResource;
    const groups = Object.entries(props.propertyGroups).map(([id, map]) => ({ PropertyGroupId: id, PropertyMap: map }));
    // At synthesis, when every override is known. Tags are no part of it: changing one restarts no job.
    const digest = cdk.Lazy.string({
      produce: () => {
        const { tags, ...configuration } = application['cfnProperties'];
        return digestOf(application, [configuration, application['rawOverrides'], option['cfnProperties'], groups]);
      },
    });
    const handler = (kind: string, name: string, properties: object) =>
      new cdk.CustomResource(this, kind, {
        resourceType: `Custom::Flink${kind}`,
        serviceToken: cdk.Fn.importValue(`flink-handlers-${name}-arn`),
        serviceTimeout: cdk.Duration.hours(1),
        properties: { ConfigurationDigest: digest, ...properties },
      });

    // The guard is the last before the application, which it cannot Ref: that would be circular.
    const guard = handler('UpdateGuard', 'update-guard', {
      ApplicationLogicalId: application.logicalId,
      OnSnapshotFailure: 'ForceStop',
      ...props.updateGuard,
    });
    guard.node.addDependency(...(props.application.role ? [props.application.role] : []));
    application.node.addDependency(guard);

    // Adding the logging option updates the application, and so do the groups: the start is the last.
    const injected = handler('PropertyGroups', 'property-groups', {
      ApplicationName: application.ref,
      PropertyGroups: groups,
    });
    // They are the application's own as well: what takes this resource out again leaves them.
    injected.applyRemovalPolicy(cdk.RemovalPolicy.RETAIN);
    injected.node.addDependency(option);
    this.autoStart = handler('AutoStart', 'auto-start', {
      ApplicationName: application.ref,
      StabilizeSeconds: '60',
      ...props.autoStart,
    });
    this.autoStart.node.addDependency(injected);
  }
}

/** A hash of what is known now, and each reference that CloudFormation resolves: a change calls the handlers. */
function digestOf(application: cdk.CfnResource, sent: unknown): string {
  const stack = cdk.Stack.of(application);
  const references = new Map<string, unknown>();
  const text = JSON.stringify(stack.resolve(sent), (_key, value) => {
    const isReference = ['Ref', 'Fn::GetAtt', 'Fn::ImportValue'].some((name) => value?.[name] !== undefined);
    if (isReference && !value.Ref?.startsWith('AWS::')) {
      references.set(JSON.stringify(value), value);
    }
    return value;
  });
  // The guard comes before the application and cannot Ref it.
  references.delete(JSON.stringify(stack.resolve(application.ref)));
  const hash = createHash('sha256').update(text).digest('hex');
  return cdk.Fn.join('|', [hash, ...[...references.values()].map((value) => cdk.Token.asString(value))]);
}
