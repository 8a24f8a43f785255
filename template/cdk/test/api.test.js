// The rules of CDK's design guidelines that the compiler does not hold, on what jsii says of the package.
const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');
const test = require('node:test');

const folder = path.dirname(require.resolve('flink-stack-handlers/package.json'));
const read = (name) => JSON.parse(fs.readFileSync(path.join(folder, name), 'utf8'));
const types = Object.values(read('.jsii').types);
const props = types.filter(({ kind, name }) => kind === 'interface' && name.endsWith('Props'));

test('a construct takes scope, id and the props of its name', () => {
  const constructs = types.filter(({ base }) => base === 'constructs.Construct');
  assert.deepEqual(constructs.map(({ name }) => name).sort(), ['FlinkHandlers', 'FlinkHandlersInstall']);
  for (const { name, initializer } of constructs) {
    const taken = initializer.parameters.map((parameter) => [
      parameter.name,
      parameter.type.fqn ?? parameter.type.primitive,
    ]);
    assert.deepEqual(taken, [
      ['scope', 'constructs.Construct'],
      ['id', 'string'],
      ['props', `flink-stack-handlers.${name}Props`],
    ]);
  }
});

test('every type, property and word is documented, and every optional prop says its default', () => {
  for (const { name, docs, properties = [], members = [] } of types) {
    for (const [what, documented] of [
      [name, docs],
      ...[...properties, ...members].map((one) => [one.name, one.docs]),
    ]) {
      assert.ok(documented?.summary, `${name}: ${what} is not documented`);
    }
  }
  assert.equal(props.length, 2);
  for (const { name, properties } of [...props, ...types.filter(({ name }) => name === 'FlinkRunConfiguration')]) {
    for (const { name: prop, optional, immutable, docs } of properties) {
      assert.ok(immutable, `${name}.${prop} is not readonly`);
      assert.equal(docs.default !== undefined, optional === true, `${name}.${prop}: a default where it is optional`);
    }
  }
});

test('what is any is only what a user compares', () => {
  const text = JSON.stringify(types);
  assert.equal(text.match(/"primitive":"any"/g).length, 1);
  const [handlers] = props.filter(({ name }) => name === 'FlinkHandlersProps');
  const restartOn = handlers.properties.find(({ name }) => name === 'restartOn');
  assert.equal(restartOn.type.collection.elementtype.primitive, 'any');
});

test('the package has no dependencies, and its peers begin at what it is compiled and tested with', () => {
  const { dependencies, bundledDependencies, bundleDependencies, peerDependencies, devDependencies, ...rest } =
    read('package.json');
  assert.deepEqual([dependencies, bundledDependencies, bundleDependencies], [undefined, undefined, undefined]);
  assert.deepEqual(Object.keys(peerDependencies).sort(), ['aws-cdk-lib', 'constructs']);
  for (const [name, range] of Object.entries(peerDependencies)) {
    assert.equal(range, `^${devDependencies[name]}`);
  }
  assert.equal(rest.stability, 'experimental');
});

test('a package that names no repository that exists cannot be published', () => {
  const { repository, private: isPrivate } = read('package.json');
  assert.equal(isPrivate === true, new URL(repository.url).hostname.endsWith('.invalid'));
});
