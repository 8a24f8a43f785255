// Writes <folder>/{before,adopted,next}: the stack without the handlers, with them, and with them and another jar;
// beside them the adopted one with an overridden property, with another tag, and with a gate of a second.
// Usage: node synth.js <folder>
import * as cdk from 'aws-cdk-lib';
import { mkdirSync, writeFileSync } from 'fs';
import * as before from './before';
import * as adopted from './stack';

const folder = process.argv[2];

/** A jar as the job of the local AWS reads it. */
function jar(version: string, failsOn: string[]): string {
  mkdirSync(folder, { recursive: true });
  const path = `${folder}/job-${version}.jar`;
  writeFileSync(path, JSON.stringify({ job: 'feature-counter', version, fails_on: failsOn }));
  return path;
}

type Stack = typeof before.FlinkStack;
type Tags = { [key: string]: string };

type Change = (application: cdk.CfnResource) => void;

function synthesize(name: string, jar: string, Stack: Stack, tags?: Tags, change?: Change): void {
  // As the CDK CLI asks for it: the template of a real deployment carries AWS::CDK::Metadata.
  const app = new cdk.App({ outdir: `${folder}/${name}`, analyticsReporting: true, treeMetadata: false });
  const stack = new Stack(app, 'flink-orders', { jar, tags });
  change?.(stack.node.findChild('FlinkApp').node.findChild('Resource') as cdk.CfnResource);
  app.synth();
}

const [first, second] = [jar('1', ['poison']), jar('2', [])];
const tags = { 'flink-unstick': 'enabled' };
synthesize('before', first, before.FlinkStack);
synthesize('adopted', first, adopted.FlinkStack, tags);
synthesize('next', second, adopted.FlinkStack, tags);
synthesize('overridden', first, adopted.FlinkStack, tags, (application) => {
  const parallelism = 'ApplicationConfiguration.FlinkApplicationConfiguration.ParallelismConfiguration';
  application.addPropertyOverride(`${parallelism}.Parallelism`, 2);
});
synthesize('tagged', first, adopted.FlinkStack, tags, (application) => cdk.Tags.of(application).add('team', 'orders'));
synthesize('hurried', first, adopted.FlinkStack, tags, (application) => {
  const started = cdk.Stack.of(application).node.findChild('Handlers').node.findChild('AutoStart').node.defaultChild;
  (started as cdk.CfnResource).addPropertyOverride('StabilizeSeconds', '1');
});
