import { Aspects, CfnResource, Fn, Lazy, RemovalPolicy, Stack, Stage, Tags, Tokenization } from 'aws-cdk-lib';
import { Construct, Dependable } from 'constructs';
import type { IConstruct } from 'constructs';
import { applicationOf, loggingOptionsOf } from './application';
import type { Shown } from './application';
import { CONTRACT } from './contract';
import { digestOf } from './digest';
import { FlinkSnapshotFailure } from './flink-handlers-props';
import type { FlinkHandlersProps } from './flink-handlers-props';
import type { FlinkHandlersInstall } from './flink-handlers-install';
import { installsIn, installsWith, outermost } from './installs';
import { areOwnGroupsHidden, asList, merged, ownGroups } from './property-groups';
import type { Groups } from './property-groups';
import { runConfigurationOf } from './run-configuration';
import { problemsOf } from './validation';

const MARK = Symbol.for('flink-stack-handlers.FlinkHandlers');
/** As long as CloudFormation waits for a custom resource: the handlers hand over to themselves until then. */
const SERVICE_TIMEOUT = '3600';
/** Below the priority of a tag of the user's, wherever it is set. */
const TAG_PRIORITY = 10;

/**
 * Makes a stack start its Flink application, give it the stack's own names, and not get stuck over it.
 *
 * Before the application comes its guard, which makes sure before each update that a snapshot can be taken; after it
 * the property groups, and what starts it. The functions behind them are those of the account's `FlinkHandlersInstall`.
 */
export class FlinkHandlers extends Construct {
  /** `Custom::FlinkUpdateGuard`, with the attributes `Outcome` and `SnapshotName`. */
  public readonly updateGuard: CfnResource;
  /** `Custom::FlinkPropertyGroups`, if there are any groups, with `ApplicationVersionId` and `PropertyGroupIds`. */
  public readonly propertyGroups?: CfnResource;
  /** `Custom::FlinkAutoStart`: what needs the job to run depends on it. */
  public readonly autoStart: CfnResource;

  private readonly application: CfnResource & Shown;
  private readonly given: FlinkHandlersProps;

  constructor(scope: Construct, id: string, props: FlinkHandlersProps) {
    super(scope, id);
    this.given = props;
    this.application = applicationOf(props.application);
    const { stack } = this.application;
    if (stack !== Stack.of(this)) {
      throw new Error(
        `application: found ${this.application.node.path} in another stack than ${this.node.path}, expected ` +
          'both in one. Make FlinkHandlers in the application’s stack.',
      );
    }
    const other = stack.node
      .findAll()
      .find((construct) => isHandlers(construct) && construct.application === this.application);
    if (other !== undefined) {
      throw new Error(
        `application: found ${other.node.path} for ${this.application.node.path} already, expected one FlinkHandlers ` +
          'for an application. Remove one of the two.',
      );
    }
    Object.defineProperty(this, MARK, { value: true });

    const digest = digestOf(this.application, () => this.sent());
    const resource = (id: string, { type, export: name }: { type: string; export: string }, properties: object) =>
      new CfnResource(this, id, {
        type,
        properties: {
          ServiceToken: this.serviceToken(id, name),
          ServiceTimeout: SERVICE_TIMEOUT,
          ConfigurationDigest: digest,
          ...properties,
        },
      });
    const number = (value?: number) => (value === undefined ? undefined : Tokenization.stringifyNumber(value));
    const runConfiguration = Lazy.any({ produce: () => runConfigurationOf(this.application, props.runConfiguration) });

    this.updateGuard = resource('UpdateGuard', CONTRACT.updateGuard, {
      // A Ref would be circular: the application waits for its guard.
      ApplicationLogicalId: this.application.logicalId,
      Mode: props.guardMode,
      OnSnapshotFailure: props.onSnapshotFailure ?? FlinkSnapshotFailure.FORCE_STOP,
      MaxReplayHours: number(props.maxReplayHours),
      StopMinutes: number(props.stopMinutes),
      RunConfiguration: runConfiguration,
    });
    this.application.addDependency(this.updateGuard);

    const groups = Lazy.any({ produce: () => asList(this.groups()) });
    if (props.propertyGroups !== undefined && !areOwnGroupsHidden(this.application)) {
      this.application.addPropertyOverride('ApplicationConfiguration.EnvironmentProperties.PropertyGroups', groups);
    }
    if (props.propertyGroups !== undefined || Object.keys(ownGroups(this.application)).length > 0) {
      this.propertyGroups = resource('PropertyGroups', CONTRACT.propertyGroups, {
        ApplicationName: this.application.ref,
        PropertyGroups: groups,
      });
      // They are the application's own as well: what takes this resource out of the stack leaves them.
      this.propertyGroups.applyRemovalPolicy(RemovalPolicy.RETAIN);
    }
    this.autoStart = resource('AutoStart', CONTRACT.autoStart, {
      ApplicationName: this.application.ref,
      StabilizeSeconds: number(props.stabilizeSeconds ?? 60),
      OnDelete: props.onDelete,
      RunConfiguration: runConfiguration,
    });
    if (this.propertyGroups !== undefined) {
      this.autoStart.addDependency(this.propertyGroups);
    }

    this.consent();
    // When all constructs are there: what is defined after this one counts too.
    Aspects.of(this).add({ visit: (construct) => construct === this && this.connect() });
    this.node.addValidation({ validate: () => problemsOf(this.application, props, this.groups()) });
  }

  /** A function's ARN: the export's, or the installation's that is deployed with it, whose exports come at the end. */
  private serviceToken(id: string, exportName: string): string {
    return Lazy.string({
      produce: () => {
        const [here] = installsWith(this.application.stack);
        const arns: { [id: string]: string | undefined } = {
          UpdateGuard: here?.updateGuardArn,
          PropertyGroups: here?.propertyGroupsArn,
          AutoStart: here?.autoStartArn,
        };
        return arns[id] ?? Fn.importValue(exportName);
      },
    });
  }

  /** What restarts the job: all that UpdateApplication, the logging options and the property groups send. */
  private sent(): unknown {
    const { applicationConfiguration, runConfiguration, runtimeEnvironment, serviceExecutionRole } = this.application;
    return {
      application: { applicationConfiguration, runConfiguration, runtimeEnvironment, serviceExecutionRole },
      options: loggingOptionsOf(this.application).map((option) => option.cloudWatchLoggingOption),
      groups: asList(this.groups()),
      restartOn: this.given.restartOn,
    };
  }

  private groups(): Groups {
    return merged(ownGroups(this.application), this.given.propertyGroups ?? {});
  }

  /** The consent tag, on the application, and on the stack that is updated: the outermost of nested ones. */
  private consent(): void {
    const { unstick } = this.given;
    if (unstick === undefined) {
      return;
    }
    outermost(this.application.stack).tags.setTag(CONTRACT.consentTag, unstick, TAG_PRIORITY);
    Tags.of(this.application).add(CONTRACT.consentTag, unstick, { priority: TAG_PRIORITY });
  }

  /** Whether an installation is in the same account and region and is deployed with this stack: then it comes first. */
  private isBefore(install: FlinkHandlersInstall): boolean {
    const [there, here] = [Stack.of(install), this.application.stack];
    return there.environment === here.environment && Stage.of(there) === Stage.of(here);
  }

  /** The edges that CloudFormation does not see: the guard after what the application awaits, the start after all. */
  private connect(): void {
    const { application, updateGuard } = this;
    const awaited = application.node.scopes
      .filter((scope) => scope.node.scopes.includes(application.stack) && scope !== application.stack)
      .flatMap((scope) => scope.node.dependencies)
      .filter(
        (dependency) =>
          !Dependable.of(dependency).dependencyRoots.some((root) => updateGuard.node.scopes.includes(root)),
      );
    updateGuard.node.addDependency(...awaited);
    for (const install of installsIn(this.node.root).filter((install) => this.isBefore(install))) {
      updateGuard.node.addDependency(install);
    }
    for (const option of loggingOptionsOf(application)) {
      (this.propertyGroups ?? this.autoStart).addDependency(option);
    }
  }
}

function isHandlers(construct: IConstruct): construct is IConstruct & { readonly application: CfnResource } {
  return MARK in construct;
}
