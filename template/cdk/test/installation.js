// A stack with the installation, of zips that are their names.
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const test = require('node:test');
const cdk = require('aws-cdk-lib');
const handlers = require('flink-stack-handlers');

const FUNCTIONS = ['auto-start', 'property-groups', 'update-guard', 'rollback-unsticker'].map(
  (name) => `flink-${name}`,
);

const functionZips = fs.mkdtempSync(path.join(os.tmpdir(), 'zips-'));
for (const name of FUNCTIONS) {
  fs.writeFileSync(path.join(functionZips, `${name}-x86_64.zip`), name);
  fs.writeFileSync(path.join(functionZips, `${name}-arm64.zip`), `${name} arm64`);
}
test.after(() => fs.rmSync(functionZips, { recursive: true }));

/** The template of a stack with the installation, and whatever `add` puts beside it. */
function installed(props = {}, add = () => undefined) {
  const app = new cdk.App({ analyticsReporting: false, treeMetadata: false });
  const stack = new cdk.Stack(app, 'Account', { stackName: 'flink-account' });
  const install = new handlers.FlinkHandlersInstall(stack, 'Install', {
    functionZips,
    ...(typeof props === 'function' ? props(stack) : props),
  });
  add(stack, install);
  const assembly = app.synth();
  return { assembly, template: assembly.getStackByName('flink-account').template };
}

const problems = (...given) => {
  try {
    installed(...given);
  } catch (error) {
    return error.message;
  }
  return '';
};

module.exports = { FUNCTIONS, functionZips, installed, problems };
