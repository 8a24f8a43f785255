import type { IConstruct } from 'constructs';

/** Consent, as the stack's tag `flink-unstick`. */
export enum FlinkUnstick {
  /**
   * The application may be force-stopped and its rollback continued, without a person. A force-stopped job restarts
   * from its newest snapshot and reads again what came after it: what it writes to its sink is written twice.
   */
  ENABLED = 'enabled',
  /** What would be done is reported, and nothing is done. */
  DRY_RUN = 'dry-run',
}

/** How the guard makes sure, before an update, that a snapshot of the application can be taken. */
export enum FlinkGuardMode {
  /** Takes a snapshot and leaves the job running. */
  PROBE = 'Probe',
  /** Stops the job with a snapshot; it is started again at the end of the deployment, at the price of a cold start. */
  STOP = 'Stop',
}

/** What the guard does with a job of which no snapshot can be taken. */
export enum FlinkSnapshotFailure {
  /** Stops it without one, if what it would read again is not older than `maxReplayHours`. */
  FORCE_STOP = 'ForceStop',
  /** Fails the deployment, before the application is touched. */
  FAIL = 'Fail',
  /** Lets the deployment go on: it fails at the application, and its rollback too. */
  CONTINUE = 'Continue',
}

/** What becomes of the job when its stack is deleted, or the stack's creation rolled back. */
export enum FlinkOnDelete {
  /** CloudFormation deletes the application as it is. */
  LEAVE = 'Leave',
  /** It is stopped with a snapshot, and without one if that fails. */
  STOP = 'Stop',
  /** It is stopped without a snapshot. */
  FORCE_STOP = 'ForceStop',
}

/** Which snapshot a start restores. */
export enum FlinkRestoreType {
  /** The newest one that is READY. */
  LATEST = 'RESTORE_FROM_LATEST_SNAPSHOT',
  /** The one that `snapshotName` names, in the deployment that first says so. */
  CUSTOM = 'RESTORE_FROM_CUSTOM_SNAPSHOT',
  /** None, in the deployment that first says so: the job starts empty. */
  SKIP = 'SKIP_RESTORE_FROM_SNAPSHOT',
}

/** How the application is started. */
export interface FlinkRunConfiguration {
  /**
   * Which snapshot is restored.
   *
   * @default FlinkRestoreType.LATEST
   */
  readonly restoreType?: FlinkRestoreType;
  /**
   * The snapshot, with `FlinkRestoreType.CUSTOM` only.
   *
   * @default - none
   */
  readonly snapshotName?: string;
  /**
   * Whether state of operators that the new code does not have is dropped instead of failing the restore.
   *
   * @default false
   */
  readonly allowNonRestoredState?: boolean;
}

/** What `FlinkHandlers` takes. */
export interface FlinkHandlersProps {
  /**
   * The Flink application: a construct that is, or has under it, exactly one `AWS::KinesisAnalyticsV2::Application` of
   * the same stack. CDK's Flink construct, either of the two `CfnApplication` classes, what `CfnInclude` returns and a
   * plain `CfnResource` are all taken.
   *
   * Never add an `applicationName` to an application that exists without one: CloudFormation replaces it, and its
   * snapshots are lost.
   */
  readonly application: IConstruct;

  /**
   * What the job reads: property groups by their IDs. They are written into the application's own EnvironmentProperties
   * too, beside those that stand there: an update, or a rollback without the handler, restores those.
   *
   * @default - the application's own EnvironmentProperties, if it has any
   */
  readonly propertyGroups?: { readonly [id: string]: { readonly [key: string]: string } };

  /**
   * The consent tag. It is set on the stack (of nested stacks: on the outermost) and on the application, unless you tag
   * them yourself. Bring it in a deployment of its own and before the others: a rollback takes the tags of its own
   * update back.
   *
   * @default - no tag: a stack that gets stuck is left to a person
   */
  readonly unstick?: FlinkUnstick;

  /**
   * More that restarts the job, compared from one deployment to the next: give what you change by
   * `addPropertyOverride`, which nothing but the template shows, and the properties of a plain `CfnResource`.
   *
   * @default - the properties of the application, of its logging options, and the property groups
   */
  readonly restartOn?: any[];

  /**
   * How an update is made sure of.
   *
   * @default FlinkGuardMode.PROBE
   */
  readonly guardMode?: FlinkGuardMode;

  /**
   * What is done with a job of which no snapshot can be taken.
   *
   * @default FlinkSnapshotFailure.FORCE_STOP
   */
  readonly onSnapshotFailure?: FlinkSnapshotFailure;

  /**
   * The most hours that a force-stopped job may have to read again: less than the source keeps.
   *
   * @default 20
   */
  readonly maxReplayHours?: number;

  /**
   * How many minutes a graceful stop, or an application that is busy, is waited for.
   *
   * @default 10
   */
  readonly stopMinutes?: number;

  /**
   * After the start: how many seconds the job must stay up before a snapshot proves that it is healthy. 0: a job counts
   * as started when it is RUNNING.
   *
   * @default 60
   */
  readonly stabilizeSeconds?: number;

  /**
   * How the application is started.
   *
   * @default - from its newest READY snapshot, and no state is dropped
   */
  readonly runConfiguration?: FlinkRunConfiguration;

  /**
   * What becomes of the job when the stack is deleted.
   *
   * @default FlinkOnDelete.LEAVE
   */
  readonly onDelete?: FlinkOnDelete;

  /**
   * How the names of applications begin that the handlers may touch: `applicationNamePrefixes` of the account's
   * `FlinkHandlersInstall`. A generated name begins with the stack's.
   *
   * @default ['flink-']
   */
  readonly applicationNamePrefixes?: string[];
}
