// A stream in, a table out, a Flink application between them, as CDK's documentation has it: nothing starts the job.
import * as flink from '@aws-cdk/aws-kinesisanalytics-flink-alpha';
import * as cdk from 'aws-cdk-lib';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kinesis from 'aws-cdk-lib/aws-kinesis';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';

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
    new flink.Application(this, 'FlinkApp', {
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
  }
}
