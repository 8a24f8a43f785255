const assert = require('node:assert');
const test = require('node:test');
const cdk = require('aws-cdk-lib');
const v1 = require('aws-cdk-lib/aws-kinesisanalytics');
const handlers = require('flink-stack-handlers');
const { L1, adopt, synthesized } = require('./applications');

const problems = (add, kind = L1, given = {}) => {
  try {
    synthesized(kind, add, given);
  } catch (error) {
    return error.message;
  }
  return '';
};

test('all problems are found at once, in the handlers’ words', () => {
  const add = adopt({
    maxReplayHours: 9000,
    stopMinutes: 1.5,
    stabilizeSeconds: -1,
    propertyGroups: { 'a b': {} },
    runConfiguration: { restoreType: handlers.FlinkRestoreType.CUSTOM },
  });
  const text = problems(add, L1, { stackName: 'Orders' });
  for (const part of [
    'MaxReplayHours',
    '9000',
    'StopMinutes',
    '1.5',
    'StabilizeSeconds',
    '-1',
    'PropertyGroupId',
    '"a b"',
    'PropertyMap: ',
    'snapshotName',
    '"Orders-"',
  ]) {
    assert.ok(text.includes(part), `${part} is missing: ${text}`);
  }
});

test('each refusal of property groups is the handler’s own', () => {
  for (const { propertyGroups: groups, message } of require('./refusals.json').cases) {
    const text = problems(adopt({ propertyGroups: groups }));
    assert.ok(message === null ? text === '' : text.includes(message), `${message}: ${text}`);
  }
});

test('a Studio notebook and a SQL application are refused in the handlers’ words, beside all else', () => {
  for (const { runtime, messages } of require('./refusals.json').kinds) {
    const of = (props) =>
      problems((stack, application) => {
        application.runtimeEnvironment = runtime;
        adopt(props)(stack, application);
      });
    const text = of({ stopMinutes: 99 });
    const found = text.split('\n').filter((line) => line.includes('The application is of another kind'));
    assert.equal(found.length, messages.length, text);
    assert.ok(
      messages.every((message) => text.includes(message)),
      text,
    );
    assert.ok(text.includes('StopMinutes'), text);
    const withoutGroups = messages.filter((message) => !message.includes('PropertyGroups'));
    const alone = of({ propertyGroups: undefined });
    assert.ok(
      withoutGroups.every((message) => alone.includes(message)),
      alone,
    );
    assert.ok(!alone.includes('PropertyGroups'), alone);
  }
});

test('a key with two values is a conflict that repeats neither', () => {
  const text = problems((stack, application) => {
    application.applicationConfiguration = {
      environmentProperties: {
        propertyGroups: [{ propertyGroupId: 'Job', propertyMap: { 'stream.name': 'hunter2' } }],
      },
    };
    adopt()(stack, application);
  });
  assert.ok(text.includes('Job.stream.name') && !text.includes('hunter2') && !text.includes('flink-orders'), text);
});

test('the words of each choice are those that the handlers take', () => {
  const { words } = require('flink-stack-handlers/contract.json');
  for (const [property, choices] of [
    ['Mode', handlers.FlinkGuardMode],
    ['OnDelete', handlers.FlinkOnDelete],
    ['OnSnapshotFailure', handlers.FlinkSnapshotFailure],
  ]) {
    const taken = words[property].match(/\b[A-Z]\w+/g).filter((word) => word !== property);
    assert.deepEqual(Object.values(choices).sort(), taken.sort());
  }
});

test('no application, two of them, another stack and a second FlinkHandlers are refused with their paths', () => {
  const second = (stack, application) => {
    adopt()(stack, application);
    new handlers.FlinkHandlers(stack, 'Again', { application });
  };
  assert.match(problems(second), /found Orders\/Handlers for Orders\/App already/);
  assert.match(
    problems((stack) => adopt()(stack, stack.node.findChild('Role'))),
    /found no .*Application at or under Orders\/Role/,
  );
  const two = (stack) => {
    new v1.CfnApplicationV2(stack, 'Other', { runtimeEnvironment: 'FLINK-1_20', serviceExecutionRole: 'arn' });
    adopt()(stack, stack);
  };
  assert.match(problems(two), /found 2 .*\(Orders\/App, Orders\/Other\), expected exactly one/);
  const elsewhere = (stack, application) => adopt()(new cdk.Stack(stack.node.root, 'Other'), application);
  assert.match(problems(elsewhere), /found Orders\/App in another stack than Other\/Handlers/);
});

test('a plain CfnResource shows nothing, and says what restarts the job', () => {
  const plain = (props) => (stack) => {
    const application = new cdk.CfnResource(stack, 'Plain', {
      type: 'AWS::KinesisAnalyticsV2::Application',
      properties: { RuntimeEnvironment: 'FLINK-1_20' },
    });
    adopt(props)(stack, application);
  };
  assert.match(problems(plain()), /Orders\/Plain is a plain CfnResource/);
  assert.equal(problems(plain({ restartOn: ['FLINK-1_20'] })), '');
});
