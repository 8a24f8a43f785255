// Writes <folder>/{before,adopted,next}: the stack without the handlers, with them, and with them and another jar;
// beside them the adopted one with a changed property, with another tag, and with a gate of a second; and account: the
// handlers themselves, with the zips that are in the package.
// Usage: node synth.js <folder>
import * as cdk from 'aws-cdk-lib';
import type { CfnApplicationV2 } from 'aws-cdk-lib/aws-kinesisanalytics';
import { FlinkHandlersInstall } from 'flink-stack-handlers';
import type { FlinkHandlers } from 'flink-stack-handlers';
import { mkdirSync, writeFileSync } from 'fs';
import * as before from './before';
import * as adopted from './stack';

const [folder] = process.argv.slice(2);
// What aws-cdk-lib's own validation warns of is an error.
const context = { '@aws-cdk/core:validateAgainstDefaultRules': true };

/** A jar as the job of the local AWS reads it. */
function jar(version: string, failsOn: string[]): string {
  mkdirSync(folder, { recursive: true });
  const path = `${folder}/job-${version}.jar`;
  writeFileSync(path, JSON.stringify({ job: 'feature-counter', version, fails_on: failsOn }));
  return path;
}

type Stack = typeof before.FlinkStack;

function synthesize(name: string, jar: string, Stack: Stack, change?: (stack: cdk.Stack) => void): void {
  // As the CDK CLI asks for it: the template of a real deployment carries AWS::CDK::Metadata.
  const app = new cdk.App({ outdir: `${folder}/${name}`, context, analyticsReporting: true, treeMetadata: false });
  const stack = new Stack(app, 'flink-orders', { jar });
  change?.(stack);
  app.synth();
}

// Functions that look every few milliseconds.
const account = new cdk.App({ outdir: `${folder}/account`, context, analyticsReporting: true, treeMetadata: false });
const quick = { pollIntervalMs: 10, replyMarginMs: 2000, stabilizeSeconds: 0 };
new FlinkHandlersInstall(new cdk.Stack(account, 'flink-account'), 'Install', quick);
account.synth();

const [first, second] = [jar('1', ['poison']), jar('2', [])];
synthesize('before', first, before.FlinkStack);
synthesize('adopted', first, adopted.FlinkStack);
synthesize('next', second, adopted.FlinkStack);
synthesize('changed', first, adopted.FlinkStack, (stack) => {
  const application = stack.node.findChild('FlinkApp').node.defaultChild as CfnApplicationV2;
  const { flinkApplicationConfiguration: flink, ...configuration } =
    application.applicationConfiguration as CfnApplicationV2.ApplicationConfigurationProperty;
  const { parallelismConfiguration, ...others } = flink as CfnApplicationV2.FlinkApplicationConfigurationProperty;
  const changed = { ...(parallelismConfiguration as object), configurationType: 'CUSTOM', parallelism: 2 };
  application.applicationConfiguration = {
    ...configuration,
    flinkApplicationConfiguration: { ...others, parallelismConfiguration: changed },
  };
});
synthesize('tagged', first, adopted.FlinkStack, (stack) =>
  cdk.Tags.of(stack.node.findChild('FlinkApp')).add('team', 'orders'),
);
synthesize('hurried', first, adopted.FlinkStack, (stack) =>
  (stack.node.findChild('Handlers') as FlinkHandlers).autoStart.addPropertyOverride('StabilizeSeconds', '1'),
);
