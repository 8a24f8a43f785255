const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');
const test = require('node:test');
const cdk = require('aws-cdk-lib');
const iam = require('aws-cdk-lib/aws-iam');
const v1 = require('aws-cdk-lib/aws-kinesisanalytics');
const handlers = require('flink-stack-handlers');
const { only, properties } = require('./applications');
const { functionZips, installed } = require('./installation');

/** An application with its handlers in a scope. */
function withHandlers(scope) {
  const role = new iam.Role(scope, 'Role', { assumedBy: new iam.ServicePrincipal('kinesisanalytics.amazonaws.com') });
  const application = new v1.CfnApplicationV2(scope, 'App', properties(1, role));
  new handlers.FlinkHandlers(scope, 'Handlers', { application });
}

const nested = ({ directory }, id) => {
  const file = fs.readdirSync(directory).find((name) => name.includes(id) && name.endsWith('.nested.template.json'));
  return JSON.parse(fs.readFileSync(path.join(directory, file), 'utf8'));
};
const nestedStack = ({ Resources }, id) =>
  Object.entries(Resources).find(([name, { Type }]) => Type === 'AWS::CloudFormation::Stack' && name.startsWith(id))[1];

test('handlers in the stack of the installation use its functions, and come after all of it', () => {
  const { template } = installed({}, withHandlers);
  const guard = only(template, 'Custom::FlinkUpdateGuard');
  const [id] = Object.entries(template.Resources).find(
    ([, { Properties }]) => Properties.FunctionName === 'flink-update-guard' && Properties.Runtime,
  );
  assert.deepEqual(guard.Properties.ServiceToken, { 'Fn::GetAtt': [id, 'Arn'] });
  assert.ok(guard.DependsOn.includes(id));
});

test('a stack of the same app is deployed after the stack of the installation', () => {
  const { assembly } = installed({}, ({ node }) =>
    withHandlers(new cdk.Stack(node.root, 'Orders', { stackName: 'flink-orders' })),
  );
  const orders = assembly.getStackByName('flink-orders');
  assert.ok(orders.dependencies.some(({ id }) => id === 'Account'));
  const token = only(orders.template, 'Custom::FlinkAutoStart').Properties.ServiceToken;
  assert.deepEqual(token, { 'Fn::ImportValue': 'flink-handlers-auto-start-arn' });
});

test('handlers in a stack nested in the installation’s use its functions and come after all of it', () => {
  const { template, assembly } = installed({}, (stack) => withHandlers(new cdk.NestedStack(stack, 'Orders')));
  const orders = nested(assembly, 'Orders');
  assert.ok(!JSON.stringify(orders).includes('Fn::ImportValue'), 'the exports come when the whole stack is there');
  const { Ref } = only(orders, 'Custom::FlinkUpdateGuard').Properties.ServiceToken;
  const [id] = Object.entries(template.Resources).find(
    ([, { Properties }]) => Properties.FunctionName === 'flink-update-guard' && Properties.Runtime,
  );
  const { Properties, DependsOn } = nestedStack(template, 'Orders');
  assert.deepEqual(Properties.Parameters[Ref], { 'Fn::GetAtt': [id, 'Arn'] });
  assert.ok(DependsOn.includes(id));
});

test('handlers beside a nested stack with the installation use its functions and come after it', () => {
  const app = new cdk.App({ analyticsReporting: false, treeMetadata: false });
  const stack = new cdk.Stack(app, 'Account', { stackName: 'flink-account' });
  new handlers.FlinkHandlersInstall(new cdk.NestedStack(stack, 'Platform'), 'Install', { functionZips });
  withHandlers(stack);
  withHandlers(new cdk.NestedStack(stack, 'Orders'));
  const assembly = app.synth();
  const { template } = assembly.getStackByName('flink-account');
  const guard = only(template, 'Custom::FlinkUpdateGuard');
  const [platform, output] = guard.Properties.ServiceToken['Fn::GetAtt'];
  assert.deepEqual(guard.DependsOn.includes(platform), true);
  assert.match(output, /^Outputs\./);
  assert.deepEqual(nestedStack(template, 'Orders').DependsOn, [platform]);
  assert.ok(!JSON.stringify([template, nested(assembly, 'Orders')]).includes('Fn::ImportValue'));
});

test('a stack of its own under the stack of the installation imports, and may have an installation too', () => {
  const { assembly } = installed({}, (stack) => {
    const other = new cdk.Stack(stack, 'Other', { stackName: 'flink-other', env: { region: 'eu-west-1' } });
    new handlers.FlinkHandlersInstall(other, 'Install', { functionZips });
    withHandlers(new cdk.Stack(stack, 'Orders', { stackName: 'flink-orders' }));
  });
  const { Properties } = only(assembly.getStackByName('flink-orders').template, 'Custom::FlinkUpdateGuard');
  assert.deepEqual(Properties.ServiceToken, { 'Fn::ImportValue': 'flink-handlers-update-guard-arn' });
});
