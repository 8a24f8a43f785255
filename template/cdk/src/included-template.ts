import type { aws_lambda as lambda } from 'aws-cdk-lib';
import { CfnInclude } from 'aws-cdk-lib/cloudformation-include';
import type { Construct } from 'constructs';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import { withoutConditions } from './conditions';

/**
 * A value for a template's parameter: text, a number, or a list of texts.
 *
 * @internal
 */
export type ParameterValue = string | number | string[];

/**
 * A parameter as it stands in a template.
 *
 * @internal
 */
export interface Parameter {
  readonly AllowedPattern?: string;
  readonly AllowedValues?: Array<string | number>;
  readonly ConstraintDescription?: string;
  readonly Default?: string | number;
  readonly MaxValue?: number;
  readonly MinValue?: number;
  readonly Type: string;
}

type Json = any;

/**
 * A synthesized template, with what is known before CloudFormation sees it put in.
 *
 * @internal
 */
export class IncludedTemplate {
  /** The parameters, by name. */
  public readonly parameters: { readonly [name: string]: Parameter };
  private template: Json;

  /** @param name access, functions or handlers */
  constructor(name: string) {
    this.template = JSON.parse(readFileSync(join(__dirname, '..', 'templates', `${name}.template.json`), 'utf8'));
    this.parameters = this.template.Parameters;
  }

  /** The names of the Lambda functions by their logical IDs. */
  public functions(): { readonly [logicalId: string]: string } {
    const functions = Object.entries<Json>(this.template.Resources).filter(
      ([, { Type }]) => Type === 'AWS::Lambda::Function',
    );
    return Object.fromEntries(functions.map(([id, { Properties }]) => [id, Properties.FunctionName]));
  }

  /** Takes the functions' code out, with the conditions on where it is: assets come in its place. */
  public withoutCode(): this {
    for (const id of Object.keys(this.functions())) {
      this.template.Resources[id].Properties.Code = { S3Bucket: '', S3Key: '' };
    }
    return this;
  }

  /**
   * Includes it: all parameters get their values, and what it imports from the others comes from `exports`, since a
   * stack cannot import what it exports itself.
   */
  public include(
    scope: Construct,
    id: string,
    values: { [parameter: string]: ParameterValue },
    exports: Map<string, string>,
  ): CfnInclude {
    const parameters: { [name: string]: ParameterValue } = {};
    for (const [name, { Default }] of Object.entries(this.parameters)) {
      parameters[name] = values[name] ?? Default ?? '';
    }
    const { Metadata, Rules, ...template } = withoutConditions(this.template, parameters);
    const Parameters: Json = { ...this.parameters };
    const complete = replaced(template, 'Fn::ImportValue', (name) => {
      const parameter = name.replace(/[^A-Za-z0-9]/g, '');
      Parameters[parameter] = { Type: 'String' };
      parameters[parameter] = exports.get(name)!;
      return { Ref: parameter };
    });

    const folder = mkdtempSync(join(tmpdir(), 'flink-stack-handlers-'));
    try {
      const templateFile = join(folder, 'template.json');
      writeFileSync(templateFile, JSON.stringify({ ...complete, Parameters }));
      return new CfnInclude(scope, id, { templateFile, parameters, preserveLogicalIds: false });
    } finally {
      rmSync(folder, { recursive: true });
    }
  }

  /** Names that are contract and were changed in what was included, by an Aspect for example. */
  public changedNames(include: CfnInclude): string[] {
    const functions = Object.entries(this.functions()).flatMap(([id, name]) => {
      const resource = include.getResource(id) as lambda.CfnFunction;
      return changed(resource, 'FunctionName', resource.functionName, name);
    });
    const exported = Object.entries<Json>(this.template.Outputs).filter(([, { Export }]) => Export !== undefined);
    return exported.reduce((problems: string[], [id, { Export }]) => {
      const output = include.getOutput(id);
      return [...problems, ...changed(output, 'export', output.exportName, Export.Name)];
    }, functions);
  }

  /** Puts what it exports into `exports`, once it is included. */
  public exportTo(exports: Map<string, string>, include: CfnInclude): void {
    for (const [id, { Export }] of Object.entries<Json>(this.template.Outputs)) {
      if (Export !== undefined) {
        exports.set(Export.Name, include.getOutput(id).value);
      }
    }
  }
}

/** A name that application stacks and the templates refer to: changed here, it breaks them there. */
function changed(construct: Construct, what: string, found: string | undefined, expected: string): string[] {
  const problem =
    `${construct.node.path}: found ${found ?? 'none'} as its ${what}, expected ${expected}: application stacks and ` +
    'the templates name it. Leave it as it is.';
  return found === expected ? [] : [problem];
}

/** `json` with each call of a function of CloudFormation replaced. */
function replaced(json: Json, name: string, by: (argument: string) => Json): Json {
  if (Array.isArray(json)) {
    return json.map((item) => replaced(item, name, by));
  }
  if (json === null || typeof json !== 'object') {
    return json;
  }
  return typeof json[name] === 'string'
    ? by(json[name])
    : Object.fromEntries(Object.entries(json).map(([key, value]) => [key, replaced(value, name, by)]));
}
