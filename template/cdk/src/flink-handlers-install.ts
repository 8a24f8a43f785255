import { Stack } from 'aws-cdk-lib';
import type { aws_lambda as lambda } from 'aws-cdk-lib';
import type { CfnInclude } from 'aws-cdk-lib/cloudformation-include';
import { Asset } from 'aws-cdk-lib/aws-s3-assets';
import { Construct } from 'constructs';
import { existsSync } from 'fs';
import { join } from 'path';
import type { FlinkHandlersInstallProps } from './flink-handlers-install-props';
import { IncludedTemplate } from './included-template';
import { installsWith, markAsInstall } from './installs';
import { parametersOf, problemsOf } from './install-parameters';

/**
 * The functions with their roles, alarms, rules and incident topic: once per account and region, for all stacks there.
 *
 * Function names and exports are fixed, since application stacks name them. Aspects of yours (tags, boundaries) reach
 * everything.
 */
export class FlinkHandlersInstall extends Construct {
  /** `flink-auto-start`. */
  public readonly autoStartArn: string;
  /** `flink-property-groups`. */
  public readonly propertyGroupsArn: string;
  /** `flink-update-guard`. */
  public readonly updateGuardArn: string;
  /** `flink-rollback-unsticker`. */
  public readonly rollbackUnstickerArn: string;
  /** Where incident reports and alarms go. */
  public readonly incidentTopicArn: string;
  /** Events that no function could take. */
  public readonly deadLetterQueueArn: string;
  /** The permissions boundary of applications' roles. */
  public readonly applicationBoundaryArn: string;
  /** A service role for application stacks that CDK does not deploy. */
  public readonly stackRoleArn: string;

  constructor(scope: Construct, id: string, props: FlinkHandlersInstallProps = {}) {
    super(scope, id);
    const [other] = installsWith(Stack.of(this));
    if (other !== undefined) {
      throw new Error(
        `found ${other.node.path} in the stack already, expected one FlinkHandlersInstall per account and region. ` +
          `Remove ${this.node.path}.`,
      );
    }
    markAsInstall(this);

    const given = parametersOf(this, props);
    const values = Object.fromEntries(
      Object.entries(given).flatMap(([name, { value }]) => (value === undefined ? [] : [[name, value]])),
    );
    const exports = new Map<string, string>();
    const [access, functions, handlers] = ['access', 'functions', 'handlers'].map((name) => new IncludedTemplate(name));
    const roles = access.include(this, 'Access', values, exports);
    access.exportTo(exports, roles);
    const code = functions.withoutCode().include(this, 'Functions', values, exports);
    code.node.addDependency(roles);
    this.addCode(code, functions.functions(), props);
    const wiring = handlers.include(this, 'Handlers', values, exports);
    wiring.node.addDependency(code);

    const arn = (logicalId: string): string => code.getResource(logicalId).getAtt('Arn').toString();
    this.autoStartArn = arn('AutoStart');
    this.propertyGroupsArn = arn('PropertyGroups');
    this.updateGuardArn = arn('UpdateGuard');
    this.rollbackUnstickerArn = arn('RollbackUnsticker');
    this.incidentTopicArn = roles.getOutput('IncidentTopicArn').value;
    this.deadLetterQueueArn = roles.getOutput('DeadLetterQueueArn').value;
    this.applicationBoundaryArn = roles.getOutput('BoundaryArn').value;
    this.stackRoleArn = roles.getOutput('StackRoleArn').value;

    const parameters = { ...access.parameters, ...functions.parameters, ...handlers.parameters };
    const included: Array<[IncludedTemplate, CfnInclude]> = [
      [access, roles],
      [functions, code],
      [handlers, wiring],
    ];
    const changedNames = () => included.flatMap(([template, include]) => template.changedNames(include));
    this.node.addValidation({ validate: () => [...problemsOf(props, given, parameters), ...changedNames()] });
  }

  /** The zips as assets: the hash of their bytes is their key, so that a new package updates the functions. */
  private addCode(
    code: CfnInclude,
    names: { readonly [logicalId: string]: string },
    props: FlinkHandlersInstallProps,
  ): void {
    const folder = props.functionZips ?? join(__dirname, '..', 'functions');
    for (const [id, name] of Object.entries(names)) {
      const path = join(folder, `${name}-${props.architecture?.name ?? 'x86_64'}.zip`);
      if (!existsSync(path)) {
        throw new Error(
          `functionZips: found no ${path}, expected the zip of a release. Give the folder functions/ of one.`,
        );
      }
      const { s3BucketName, s3ObjectKey } = new Asset(this, `${id}Code`, { path });
      (code.getResource(id) as lambda.CfnFunction).code = { s3Bucket: s3BucketName, s3Key: s3ObjectKey };
    }
  }
}
