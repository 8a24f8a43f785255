import type {
  aws_ec2 as ec2,
  aws_iam as iam,
  aws_kms as kms,
  aws_lambda as lambda,
  aws_logs as logs,
} from 'aws-cdk-lib';

/** What `FlinkHandlersInstall` takes: the parameters of the templates that it includes. */
export interface FlinkHandlersInstallProps {
  /**
   * How the names of applications begin that application stacks own, one to five prefixes; they bound what the
   * functions may touch. A generated name begins with its stack's.
   *
   * @default ['flink-']
   */
  readonly applicationNamePrefixes?: string[];

  /**
   * How the names of streams and tables begin that application stacks own, one to five prefixes; they bound the roles
   * that stacks of `application.template.json` make.
   *
   * @default ['flink-']
   */
  readonly dataNamePrefixes?: string[];

  /**
   * A policy of yours that bounds the roles of applications, in the place of ours. Choose it before the first
   * application stack: CloudFormation changes no export that is in use.
   *
   * @default - a boundary of ours, from the prefixes and lists here
   */
  readonly applicationBoundary?: iam.IManagedPolicy;

  /**
   * A policy of yours that bounds the roles that are made here. An Aspect of yours does the same.
   *
   * @default - none
   */
  readonly functionBoundary?: iam.IManagedPolicy;

  /**
   * The path of the roles that are made here: `/`, or a path such as `/team/`. Choose it before the first deployment.
   *
   * @default '/'
   */
  readonly functionRolePath?: string;

  /**
   * Whether the unsticker continues the rollback of a stack that has no service role of its own. A stack that `cdk
   * deploy` deploys has one.
   *
   * @default false
   */
  readonly continueWithOwnRole?: boolean;

  /**
   * Whether the unsticker's own check of the consent tag is all that asks for it: for an account where the service does
   * not evaluate `aws:ResourceTag`, and the unsticker is denied what it is for.
   *
   * @default false
   */
  readonly ignoreConsentTag?: boolean;

  /**
   * ARNs of further buckets that jobs may use, of any account.
   *
   * @default - none
   */
  readonly furtherBuckets?: string[];

  /**
   * ARNs of further keys that jobs may use, of any account.
   *
   * @default - none
   */
  readonly furtherKeys?: string[];

  /**
   * ARNs of further streams that jobs may use, of any account.
   *
   * @default - none
   */
  readonly furtherStreams?: string[];

  /**
   * ARNs of further tables that jobs may use, of any account.
   *
   * @default - none
   */
  readonly furtherTables?: string[];

  /**
   * Who gets mail about incidents.
   *
   * @default - no mail
   */
  readonly incidentMail?: string;

  /**
   * A key of yours for the dead-letter queue, the incident topic, the functions' logs and their environment variables.
   *
   * @default - the services' own keys
   */
  readonly key?: kms.IKey;

  /**
   * How long the functions' logs are kept.
   *
   * @default logs.RetentionDays.ONE_MONTH
   */
  readonly logRetention?: logs.RetentionDays;

  /**
   * Whether the functions send traces to X-Ray.
   *
   * @default false
   */
  readonly tracing?: boolean;

  /**
   * What the functions run on.
   *
   * @default lambda.Architecture.X86_64
   */
  readonly architecture?: lambda.Architecture;

  /**
   * A folder with the functions' zips, `flink-auto-start-x86_64.zip` and so on: `functions/` of a release.
   *
   * @default - the zips in this package
   */
  readonly functionZips?: string;

  /**
   * The functions' network. From there they must reach Managed Service for Apache Flink, CloudFormation, Lambda and S3:
   * by a NAT gateway or by VPC endpoints.
   *
   * @default - none
   */
  readonly vpc?: ec2.IVpc;

  /**
   * Which of its subnets, with `vpc` only.
   *
   * @default - the VPC's own default
   */
  readonly vpcSubnets?: ec2.SubnetSelection;

  /**
   * The functions' security groups, with `vpc` only.
   *
   * @default - one that lets everything out
   */
  readonly securityGroups?: ec2.ISecurityGroup[];

  /**
   * Whether the unsticker is invoked every 15 minutes: it finishes what a lost event left and looks after snapshots.
   *
   * @default true
   */
  readonly sweep?: boolean;

  /**
   * How many of the unsticker run at once, so that many stacks that get stuck together do not use up the API's rate. 0:
   * nothing is reserved, and an account with few concurrent executions takes it.
   *
   * @default 0
   */
  readonly unstickerConcurrency?: number;

  /**
   * How many of the handlers' own snapshots of an application stay.
   *
   * @default 10
   */
  readonly keepSnapshots?: number;

  /**
   * The most hours that a job which the unsticker force-stops may have to read again.
   *
   * @default 20
   */
  readonly maxReplayHours?: number;

  /**
   * How many minutes the unsticker waits for a graceful stop.
   *
   * @default 10
   */
  readonly stopMinutes?: number;

  /**
   * How many seconds a job that the unsticker started must stay up before a snapshot proves that it is healthy.
   *
   * @default 60
   */
  readonly stabilizeSeconds?: number;

  /**
   * The base wait between two looks at an application, in milliseconds.
   *
   * @default 5000
   */
  readonly pollIntervalMs?: number;

  /**
   * How long before its deadline a function answers, in milliseconds.
   *
   * @default 15000
   */
  readonly replyMarginMs?: number;
}
