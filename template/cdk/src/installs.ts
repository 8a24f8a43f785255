import { Stack } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import type { FlinkHandlersInstall } from './flink-handlers-install';

const MARK = Symbol.for('flink-stack-handlers.FlinkHandlersInstall');

/**
 * What an installation is found by: `instanceof` does not know one of another copy of this package.
 *
 * @internal
 */
export function markAsInstall(install: FlinkHandlersInstall): void {
  Object.defineProperty(install, MARK, { value: true });
}

/**
 * The installations at or under a construct.
 *
 * @internal
 */
export function installsIn(construct: IConstruct): FlinkHandlersInstall[] {
  return construct.node.findAll().filter((found): found is FlinkHandlersInstall => MARK in found);
}

/**
 * The installations that are deployed with a stack, as one operation: in it, in the stack that it is nested in, or in
 * one that is nested in either.
 *
 * @internal
 */
export function installsWith(stack: Stack): FlinkHandlersInstall[] {
  const root = outermost(stack);
  return installsIn(root).filter((install) => outermost(Stack.of(install)) === root);
}

/**
 * The stack that is deployed, where some are nested.
 *
 * @internal
 */
export function outermost(stack: Stack): Stack {
  return stack.nestedStackParent === undefined ? stack : outermost(stack.nestedStackParent);
}
