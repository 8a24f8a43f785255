import { readFileSync } from 'fs';
import { join } from 'path';

/** A limit, with the handler's refusal of what is beyond it. */
interface Limit {
  readonly most: number;
  readonly message: string;
}

/** A custom resource, with the export that holds its function's ARN. */
interface Resource {
  readonly type: string;
  readonly export: string;
}

/**
 * What the handlers and their templates agree on, as `flink-stack synth` writes it.
 *
 * @internal
 */
export interface Contract {
  readonly updateGuard: Resource;
  readonly propertyGroups: Resource;
  readonly autoStart: Resource;
  readonly consentTag: string;
  /** The refusal of an application that is no Flink one, and who refuses it, by how its runtime begins. */
  readonly notServed: {
    readonly message: string;
    readonly resources: { readonly [runtimePrefix: string]: string[] };
  };
  /** How many prefixes of names there are at most. */
  readonly mostPrefixes: number;
  readonly numbers: { readonly [property: string]: Limit };
  readonly groups: {
    /** Characters of a key that a message repeats. */
    readonly shown: number;
    readonly groups: Limit;
    readonly keys: Limit;
    readonly key: Limit;
    readonly value: Limit;
    readonly id: { readonly pattern: string; readonly message: string };
  };
}

/** @internal */
export const CONTRACT: Contract = JSON.parse(readFileSync(join(__dirname, '..', 'contract.json'), 'utf8'));

/**
 * A message of the contract with its `{placeholders}` filled in.
 *
 * @internal
 */
export function message(template: string, values: { readonly [placeholder: string]: string | number }): string {
  return template.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
}
