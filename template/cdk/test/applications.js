// Stacks with an application of each kind that a CDK program can have.
const fs = require('fs');
const os = require('os');
const path = require('path');
const cdk = require('aws-cdk-lib');
const { CfnInclude } = require('aws-cdk-lib/cloudformation-include');
const iam = require('aws-cdk-lib/aws-iam');
const v1 = require('aws-cdk-lib/aws-kinesisanalytics');
const v2 = require('aws-cdk-lib/aws-kinesisanalyticsv2');
const { Construct } = require('constructs');
const { FlinkHandlers } = require('flink-stack-handlers');

process.env.JSII_DEPRECATED = 'quiet';

function properties(parallelism, role) {
  return {
    runtimeEnvironment: 'FLINK-1_20',
    serviceExecutionRole: role.roleArn,
    applicationConfiguration: {
      flinkApplicationConfiguration: { parallelismConfiguration: { configurationType: 'CUSTOM', parallelism } },
    },
  };
}

const option = (application) => ({
  applicationName: application.ref,
  cloudWatchLoggingOption: { logStreamArn: 'arn:aws:logs:eu-west-1:111122223333:log-group:jobs:log-stream:job' },
});

const template = (parallelism) => ({
  Resources: {
    App: {
      Type: 'AWS::KinesisAnalyticsV2::Application',
      Properties: {
        RuntimeEnvironment: 'FLINK-1_20',
        ServiceExecutionRole: 'arn:aws:iam::111122223333:role/job',
        ApplicationConfiguration: {
          FlinkApplicationConfiguration: {
            ParallelismConfiguration: { ConfigurationType: 'CUSTOM', Parallelism: parallelism },
          },
        },
      },
    },
  },
});

function included(stack, parallelism) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'application-'));
  const templateFile = path.join(folder, 'template.json');
  fs.writeFileSync(templateFile, JSON.stringify(template(parallelism)));
  const include = new CfnInclude(stack, 'Included', { templateFile });
  fs.rmSync(folder, { recursive: true });
  return include.getResource('App');
}

const KINDS = {
  'aws_kinesisanalytics.CfnApplicationV2': (stack, role, parallelism) => {
    const application = new v1.CfnApplicationV2(stack, 'App', properties(parallelism, role));
    new v1.CfnApplicationCloudWatchLoggingOptionV2(stack, 'Option', option(application));
    return application;
  },
  'aws_kinesisanalyticsv2.CfnApplication': (stack, role, parallelism) => {
    const application = new v2.CfnApplication(stack, 'App', properties(parallelism, role));
    new v2.CfnApplicationCloudWatchLoggingOption(stack, 'Option', option(application));
    return application;
  },
  'a construct around one': (stack, role, parallelism) => {
    const around = new Construct(stack, 'Around');
    const application = new v1.CfnApplicationV2(around, 'App', properties(parallelism, role));
    application.node.addDependency(role);
    new v1.CfnApplicationCloudWatchLoggingOptionV2(around, 'Option', option(application));
    return around;
  },
  'what CfnInclude returns': (stack, role, parallelism) => included(stack, parallelism),
};

/** An app with one stack that has an application of a kind, a role with a policy, and what `add` puts there. */
function synthesized(kind, add, { stackName = 'flink-orders', parallelism = 1, context } = {}) {
  const app = new cdk.App({ analyticsReporting: false, treeMetadata: false, context });
  const stack = new cdk.Stack(app, 'Orders', { stackName });
  const role = new iam.Role(stack, 'Role', { assumedBy: new iam.ServicePrincipal('kinesisanalytics.amazonaws.com') });
  role.addToPolicy(new iam.PolicyStatement({ actions: ['kinesis:GetRecords'], resources: ['*'] }));
  const application = KINDS[kind](stack, role, parallelism);
  add(stack, application);
  const artifact = app.synth().getStackByName(stackName);
  return { template: artifact.template, tags: artifact.tags };
}

/** The resource of a type, with its logical ID. */
function only(template, type) {
  const found = Object.entries(template.Resources).filter(([, resource]) => resource.Type === type);
  if (found.length !== 1) {
    throw new Error(`${found.length} of ${type}`);
  }
  return { id: found[0][0], dependsOn: [], ...found[0][1] };
}

const L1 = 'aws_kinesisanalytics.CfnApplicationV2';

/** The handlers with one property group, for `synthesized`. */
const adopt = (props) => (stack, application) =>
  new FlinkHandlers(stack, 'Handlers', {
    application,
    propertyGroups: { Job: { 'stream.name': 'flink-orders' } },
    ...props,
  });

module.exports = { KINDS, L1, adopt, only, properties, synthesized };
