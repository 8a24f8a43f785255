const assert = require('node:assert');
const test = require('node:test');
const cdk = require('aws-cdk-lib');
const kinesis = require('aws-cdk-lib/aws-kinesis');
const v1 = require('aws-cdk-lib/aws-kinesisanalytics');
const handlers = require('flink-stack-handlers');
const { KINDS, L1, adopt, only, synthesized } = require('./applications');

const APPLICATION = 'AWS::KinesisAnalyticsV2::Application';
const OPTION = 'AWS::KinesisAnalyticsV2::ApplicationCloudWatchLoggingOption';
const [GUARD, GROUPS, START] = ['UpdateGuard', 'PropertyGroups', 'AutoStart'].map((kind) => `Custom::Flink${kind}`);

const digest = (...given) => only(synthesized(...given).template, START).Properties.ConfigurationDigest;

for (const kind of Object.keys(KINDS)) {
  test(`${kind} is guarded, given its properties and started, in the one order that works`, () => {
    const { template } = synthesized(kind, adopt());
    const [application, guard, groups, start] = [APPLICATION, GUARD, GROUPS, START].map((type) => only(template, type));
    assert.ok(application.DependsOn.includes(guard.id));
    assert.ok(start.DependsOn.includes(groups.id));
    if (kind !== 'what CfnInclude returns') {
      assert.deepEqual(groups.DependsOn, [only(template, OPTION).id], 'the logging option updates the application too');
    }
    assert.equal(guard.Properties.ApplicationLogicalId, application.id);
    assert.deepEqual(start.Properties.ApplicationName, { Ref: application.id });
    assert.deepEqual(guard.Properties.ServiceToken, { 'Fn::ImportValue': 'flink-handlers-update-guard-arn' });
    const list = [{ PropertyGroupId: 'Job', PropertyMap: { 'stream.name': 'flink-orders' } }];
    assert.deepEqual(groups.Properties.PropertyGroups, list);
    assert.deepEqual(application.Properties.ApplicationConfiguration.EnvironmentProperties, { PropertyGroups: list });
    assert.equal(JSON.stringify(guard.Properties.ConfigurationDigest).includes(application.id), false, 'circular');
  });

  test(`the digest of ${kind} changes with what restarts the job and with nothing else`, () => {
    const first = digest(kind, adopt());
    assert.deepEqual(digest(kind, adopt()), first);
    assert.notDeepEqual(digest(kind, adopt(), { parallelism: 2 }), first);
    assert.notDeepEqual(digest(kind, adopt({ propertyGroups: { Job: { 'stream.name': 'flink-clicks' } } })), first);
    assert.notDeepEqual(digest(kind, adopt({ restartOn: ['an override'] })), first);
    const option = (stack) => stack.node.findAll().find(({ cfnResourceType }) => cfnResourceType === OPTION);
    const relogged = (stack, application) => {
      adopt()(stack, application);
      option(stack).cloudWatchLoggingOption = { logStreamArn: 'another' };
    };
    if (kind !== 'what CfnInclude returns') {
      assert.notDeepEqual(digest(kind, relogged), first);
    }
    const tagged = (stack, application) => {
      adopt({ unstick: handlers.FlinkUnstick.ENABLED, stabilizeSeconds: 5 })(stack, application);
      cdk.Tags.of(stack).add('team', 'orders');
    };
    assert.deepEqual(digest(kind, tagged), first);
  });
}

test('the guard comes after all that the application waits for', () => {
  const { template } = synthesized('a construct around one', adopt());
  const waits = only(template, APPLICATION).DependsOn;
  const guard = only(template, GUARD);
  assert.deepEqual(
    guard.DependsOn,
    waits.filter((id) => id !== guard.id),
  );
  assert.ok(guard.DependsOn.includes(only(template, 'AWS::IAM::Policy').id));
});

test('a logging option that is defined after the handlers is waited for, and another application’s is not', () => {
  const { template } = synthesized('what CfnInclude returns', (stack, application) => {
    adopt()(stack, application);
    const other = new v1.CfnApplicationV2(stack, 'Other', {
      runtimeEnvironment: 'FLINK-1_20',
      serviceExecutionRole: 'arn',
    });
    for (const [id, { ref }] of [
      ['Late', application],
      ['Foreign', other],
    ]) {
      const cloudWatchLoggingOption = { logStreamArn: 'arn:aws:logs:eu-west-1:111122223333:log-group:a:log-stream:b' };
      new v1.CfnApplicationCloudWatchLoggingOptionV2(stack, id, { applicationName: ref, cloudWatchLoggingOption });
    }
  });
  assert.deepEqual(only(template, GROUPS).DependsOn, ['Late']);
});

test('expressions that only CloudFormation resolves stand in the digest', () => {
  const parts = digest(L1, (stack, application) => {
    const subnets = new cdk.CfnParameter(stack, 'Subnets', { type: 'List<AWS::EC2::Subnet::Id>' });
    const large = new cdk.CfnParameter(stack, 'Large', { type: 'String' });
    new cdk.CfnCondition(stack, 'IsLarge', { expression: cdk.Fn.conditionEquals(large.valueAsString, 'true') });
    const stream = new kinesis.Stream(stack, 'Stream');
    const values = [
      subnets.valueAsList,
      cdk.Fn.conditionIf('IsLarge', 4, 1),
      cdk.Fn.sub('${Large}/${AWS::Region}/${!no}'),
      // Circular in the guard.
      application.ref,
    ];
    adopt({ propertyGroups: { Job: { stream: stream.streamName } }, restartOn: values })(stack, application);
  })['Fn::Join'][1];
  assert.deepEqual(parts.slice(1), [
    { 'Fn::GetAtt': ['Role1ABCC5F0', 'Arn'] },
    { Ref: 'Stream790BDEE4' },
    { 'Fn::Join': [',', { Ref: 'Subnets' }] },
    { 'Fn::If': ['IsLarge', 'true', 'false'] },
    { Ref: 'Large' },
  ]);
});

test('the consent stands on the stack and on the application, and a tag of the user’s wins', () => {
  const tagOf = ({ template }) => only(template, APPLICATION).Properties.Tags;
  const consenting = adopt({ unstick: handlers.FlinkUnstick.ENABLED });
  const made = synthesized(L1, consenting);
  assert.deepEqual(made.tags, { 'flink-unstick': 'enabled' });
  assert.deepEqual(tagOf(made), [{ Key: 'flink-unstick', Value: 'enabled' }]);
  const overruled = synthesized(L1, (stack, application) => {
    consenting(stack, application);
    cdk.Tags.of(application).add('flink-unstick', 'dry-run');
  });
  assert.deepEqual(tagOf(overruled), [{ Key: 'flink-unstick', Value: 'dry-run' }]);
  assert.equal(tagOf(synthesized(L1, adopt())), undefined);
});

test('the application’s own groups and run configuration are kept and passed on', () => {
  const { template } = synthesized(L1, (stack, application) => {
    application.applicationConfiguration = {
      environmentProperties: { propertyGroups: [{ propertyGroupId: 'Own', propertyMap: { a: '1' } }] },
    };
    application.runConfiguration = { flinkRunConfiguration: { allowNonRestoredState: true } };
    adopt()(stack, application);
  });
  const ids = only(template, GROUPS).Properties.PropertyGroups.map((group) => group.PropertyGroupId);
  assert.deepEqual(ids, ['Own', 'Job']);
  for (const type of [GUARD, START]) {
    const given = { FlinkRunConfiguration: { AllowNonRestoredState: 'true' } };
    assert.deepEqual(only(template, type).Properties.RunConfiguration, given);
  }
});
