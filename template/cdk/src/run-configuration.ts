import { Token } from 'aws-cdk-lib';
import type { Shown } from './application';
import type { FlinkRunConfiguration } from './flink-handlers-props';
import { FlinkRestoreType } from './flink-handlers-props';

/** The application's own, as both L1 classes spell it. */
interface OwnRunConfiguration {
  readonly applicationRestoreConfiguration?: {
    readonly applicationRestoreType?: string;
    readonly snapshotName?: string;
  };
  readonly flinkRunConfiguration?: { readonly allowNonRestoredState?: unknown };
}

/**
 * As the custom resources spell it. Where nothing is given it is the application's own: CloudFormation's counts when a
 * running job is updated, this one when it is started, and both must restore the same.
 *
 * @internal
 */
export function runConfigurationOf(application: Shown, given?: FlinkRunConfiguration): object | undefined {
  if (given !== undefined) {
    const { restoreType, snapshotName, allowNonRestoredState } = given;
    return spelled(restoreType ?? (snapshotName && FlinkRestoreType.CUSTOM), snapshotName, allowNonRestoredState);
  }
  const own = application.runConfiguration as OwnRunConfiguration | undefined;
  if (own === undefined || Token.isUnresolved(own)) {
    return undefined;
  }
  const restore = own.applicationRestoreConfiguration;
  return spelled(
    restore?.applicationRestoreType,
    restore?.snapshotName,
    own.flinkRunConfiguration?.allowNonRestoredState,
  );
}

function spelled(type?: string, name?: string, drop?: unknown): object | undefined {
  const restore = type === undefined ? undefined : { ApplicationRestoreType: type, SnapshotName: name };
  const flink =
    drop === undefined ? undefined : { AllowNonRestoredState: typeof drop === 'boolean' ? String(drop) : drop };
  if (restore === undefined && flink === undefined) {
    return undefined;
  }
  return { ApplicationRestoreConfiguration: restore, FlinkRunConfiguration: flink };
}
