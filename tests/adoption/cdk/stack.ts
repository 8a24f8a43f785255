// The same stack with the handlers: the job is started with the stack, knows the stack's names, and does not get stuck.
import * as flink from '@aws-cdk/aws-kinesisanalytics-flink-alpha';
import * as cdk from 'aws-cdk-lib';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kinesis from 'aws-cdk-lib/aws-kinesis';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { FlinkHandlers, FlinkUnstick } from 'flink-stack-handlers';

export interface FlinkStackProps extends cdk.StackProps {
  readonly jar: string;
}

export class FlinkStack extends cdk.Stack {
  constructor(scope: Construct, id: string, props: FlinkStackProps) {
    super(scope, id, props);

    const stream = new kinesis.Stream(this, 'SourceStream', {
      streamName: 'flink-test',
      streamMode: kinesis.StreamMode.ON_DEMAND,
    });
    const table = new dynamodb.Table(this, 'FeatureTable', {
      partitionKey: { name: 'key', type: dynamodb.AttributeType.STRING },
      sortKey: { name: 'featureName', type: dynamodb.AttributeType.STRING },
      billingMode: dynamodb.BillingMode.PAY_PER_REQUEST,
      timeToLiveAttribute: 'ttl',
    });
    const role = new iam.Role(this, 'FlinkAppRole', {
      assumedBy: new iam.ServicePrincipal('kinesisanalytics.amazonaws.com'),
    });
    table.grantWriteData(role);
    stream.grantRead(role);
    const application = new flink.Application(this, 'FlinkApp', {
      runtime: flink.Runtime.of('FLINK-2_3'),
      role,
      code: flink.ApplicationCode.fromAsset(props.jar),
      checkpointingEnabled: true,
      checkpointInterval: cdk.Duration.minutes(1),
      minPauseBetweenCheckpoints: cdk.Duration.seconds(5),
      autoScalingEnabled: true,
      parallelism: 1,
      logGroup: new logs.LogGroup(this, 'FlinkLogGroup'),
    });
    new FlinkHandlers(this, 'Handlers', {
      application,
      propertyGroups: {
        FlinkApplicationProperties: { 'stream.name': stream.streamName, 'table.name': table.tableName },
      },
      unstick: FlinkUnstick.ENABLED,
    });
  }
}
