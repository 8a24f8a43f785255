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
