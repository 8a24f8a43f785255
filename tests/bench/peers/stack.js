// A stream, a table and a Flink application, as a tutorial has them: what `cdk synth` is measured on. Our templates
// hold the functions, their roles, alarms and custom resources besides.
const { App, Stack, aws_dynamodb: dynamodb, aws_kinesis: kinesis } = require("aws-cdk-lib");
const flink = require("@aws-cdk/aws-kinesisanalytics-flink-alpha");

const app = new App();
const stack = new Stack(app, "flink-orders");
const stream = new kinesis.Stream(stack, "Stream", { shardCount: 1 });
const table = new dynamodb.Table(stack, "Table", { partitionKey: { name: "id", type: dynamodb.AttributeType.STRING } });
const application = new flink.Application(stack, "Application", {
  code: flink.ApplicationCode.fromAsset(`${__dirname}/code`),
  runtime: flink.Runtime.FLINK_1_20,
  propertyGroups: { FlinkApplicationProperties: { "stream.name": stream.streamName, "table.name": table.tableName } },
});
stream.grantRead(application);
table.grantWriteData(application);
