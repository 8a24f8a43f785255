const assert = require('node:assert');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const test = require('node:test');
const cdk = require('aws-cdk-lib');
const ec2 = require('aws-cdk-lib/aws-ec2');
const iam = require('aws-cdk-lib/aws-iam');
const kms = require('aws-cdk-lib/aws-kms');
const lambda = require('aws-cdk-lib/aws-lambda');
const logs = require('aws-cdk-lib/aws-logs');
const handlers = require('flink-stack-handlers');
const { FUNCTIONS, functionZips, installed, problems } = require('./installation');

const NAMES = path.join(path.dirname(require.resolve('flink-stack-handlers/package.json')), 'templates');
const ofType = (template, type) => Object.values(template.Resources).filter(({ Type }) => Type === type);
const lambdas = (template) => ofType(template, 'AWS::Lambda::Function').map(({ Properties }) => Properties);

test('all of the three templates is there, and nothing is left to ask', () => {
  const { template, assembly } = installed();
  const read = (name) => JSON.parse(fs.readFileSync(path.join(NAMES, `${name}.template.json`), 'utf8'));
  const templates = ['access', 'functions', 'handlers'].map(read);
  const types = (resources) => resources.map(({ Type }) => Type).sort();
  const conditional = (resource) => resource.Condition === 'IncidentMailIsGiven';
  const theirOwn = templates.flatMap(({ Resources }) => Object.values(Resources)).filter((each) => !conditional(each));
  assert.deepEqual(types(Object.values(template.Resources)), types(theirOwn));
  assert.deepEqual(Object.keys(template.Parameters), ['BootstrapVersion']);
  const text = JSON.stringify(template);
  assert.ok(!text.includes('Fn::ImportValue'), 'a stack cannot import what it exports');
  assert.ok(!text.includes('FlinkStackHandlersTemplate'), 'it is no stack of `make deploy`');
  const exported = Object.values(template.Outputs)
    .map(({ Export }) => Export?.Name)
    .filter(Boolean)
    .sort();
  const theirs = templates.flatMap(({ Outputs }) => Object.values(Outputs)).map(({ Export }) => Export?.Name);
  assert.deepEqual(exported, theirs.filter(Boolean).sort());

  assert.deepEqual(
    lambdas(template)
      .map(({ FunctionName }) => FunctionName)
      .sort(),
    [...FUNCTIONS].sort(),
  );
  const files = Object.values(assembly.manifest.artifacts).find(({ type }) => type === 'cdk:asset-manifest');
  const assets = Object.keys(JSON.parse(fs.readFileSync(path.join(assembly.directory, files.properties.file))).files);
  for (const { Code } of lambdas(template)) {
    assert.ok(assets.includes(Code.S3Key.replace('.zip', '')), `${Code.S3Key} is an asset`);
  }
});

test('the functions come after their roles, and what invokes them after the functions', () => {
  const { template } = installed();
  const ids = (type) => Object.keys(template.Resources).filter((id) => template.Resources[id].Type === type);
  for (const id of ids('AWS::Lambda::Function')) {
    assert.ok(ids('AWS::Logs::LogGroup').every((group) => template.Resources[id].DependsOn.includes(group)));
  }
  for (const id of ids('AWS::Lambda::EventInvokeConfig')) {
    assert.ok(ids('AWS::Lambda::Function').every((made) => template.Resources[id].DependsOn.includes(made)));
  }
});

test('every prop reaches its resource', () => {
  const { template } = installed((stack) => {
    const vpc = new ec2.Vpc(stack, 'Vpc', { natGateways: 1, maxAzs: 2 });
    return {
      applicationNamePrefixes: ['orders-', 'clicks-'],
      functionBoundary: new iam.ManagedPolicy(stack, 'Boundary', {
        statements: [new iam.PolicyStatement({ actions: ['s3:*'], resources: ['*'] })],
      }),
      functionRolePath: '/team/',
      key: new kms.Key(stack, 'Key'),
      logRetention: logs.RetentionDays.ONE_WEEK,
      tracing: true,
      architecture: lambda.Architecture.ARM_64,
      vpc,
      incidentMail: 'team@example.com',
      continueWithOwnRole: true,
      furtherStreams: ['arn:aws:kinesis:eu-west-1:111122223333:stream/clicks'],
      unstickerConcurrency: 5,
      keepSnapshots: 3,
      sweep: false,
    };
  });
  const text = JSON.stringify(template);
  for (const made of lambdas(template)) {
    assert.deepEqual(made.Architectures, ['arm64']);
    assert.equal(made.TracingConfig.Mode, 'Active');
    assert.ok(JSON.stringify(made.VpcConfig).includes('SecurityGroup'));
    assert.ok(JSON.stringify(made.KmsKeyArn).includes('Key961B73FD'));
  }
  const unsticker = lambdas(template).find(({ FunctionName }) => FunctionName === 'flink-rollback-unsticker');
  assert.equal(unsticker.Environment.Variables.KEEP_SNAPSHOTS, 3);
  assert.ok(JSON.stringify(unsticker.ReservedConcurrentExecutions).includes('5'));
  assert.ok(
    ofType(template, 'AWS::IAM::Role').every(
      ({ Properties }) => Properties.Path === '/team/' && Properties.PermissionsBoundary,
    ),
  );
  assert.ok(ofType(template, 'AWS::Logs::LogGroup').every(({ Properties }) => Properties.RetentionInDays === 7));
  for (const part of ['clicks-', 'team@example.com', 'stream/clicks', 'DISABLED']) {
    assert.ok(text.includes(part), part);
  }
  assert.equal(template.Conditions, undefined, 'no resource may stand in a condition');
});

test('what a parameter does not allow is refused by the name of its prop, all at once', () => {
  const text = problems({
    applicationNamePrefixes: ['a', 'b', 'c', 'd', 'e', 'f!'],
    functionRolePath: 'team',
    logRetention: logs.RetentionDays.INFINITE,
    unstickerConcurrency: 901,
    furtherKeys: ['a key'],
    securityGroups: [],
  });
  for (const prop of [
    'applicationNamePrefixes: found 6',
    'applicationNamePrefixes: found "f!"',
    'functionRolePath: found "team"',
    'logRetention: found "9999"',
    'unstickerConcurrency: found "901", expected a whole number from 0 to 900',
    'furtherKeys: found "a key"',
    'securityGroups: found no vpc',
  ]) {
    assert.ok(text.includes(prop), `${prop} is missing: ${text}`);
  }
});

test('a second installation, and a zip that is not there, are refused', () => {
  const second = problems({}, (stack) => new handlers.FlinkHandlersInstall(stack, 'Again', { functionZips }));
  assert.match(second, /found Account\/Install in the stack already, .*Remove Account\/Again/);
  assert.match(
    problems({ functionZips: os.tmpdir() }),
    /found no .*flink-auto-start-x86_64.zip, expected the zip of a release/,
  );
});

test('Aspects of the user reach what is included', () => {
  const { template } = installed({}, (stack) => {
    const boundary = iam.ManagedPolicy.fromManagedPolicyArn(stack, 'B', 'arn:aws:iam::111122223333:policy/theirs');
    iam.PermissionsBoundary.of(stack).apply(boundary);
    cdk.Tags.of(stack).add('team', 'platform');
  });
  for (const { Properties } of ofType(template, 'AWS::IAM::Role')) {
    assert.equal(Properties.PermissionsBoundary, 'arn:aws:iam::111122223333:policy/theirs');
    assert.ok(Properties.Tags.some(({ Key }) => Key === 'team'));
  }
});

test('a function’s name and an export that something of the user’s changes are refused, all at once', () => {
  const text = problems({}, (stack) =>
    cdk.Aspects.of(stack).add({
      visit: (construct) => {
        if (construct.cfnResourceType === 'AWS::Lambda::Function') {
          construct.functionName = `team-${construct.functionName}`;
        } else if (construct instanceof cdk.CfnOutput && construct.exportName?.endsWith('auto-start-arn')) {
          construct.exportName = 'mine';
        }
      },
    }),
  );
  for (const name of FUNCTIONS) {
    assert.ok(text.includes(`found team-${name} as its FunctionName, expected ${name}`), text);
  }
  assert.ok(text.includes('found mine as its export, expected flink-handlers-auto-start-arn'), text);
});
