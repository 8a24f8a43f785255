import { Token } from 'aws-cdk-lib';
import type { CfnResource } from 'aws-cdk-lib';
import type { Shown } from './application';
import { CONTRACT, message } from './contract';

/**
 * Property groups by their IDs.
 *
 * @internal
 */
export type Groups = { readonly [id: string]: { readonly [key: string]: string } };

/**
 * The groups in the application's own EnvironmentProperties; none where it has none or does not show them.
 *
 * @internal
 */
export function ownGroups(application: Shown): Groups {
  const list = member(member(application.applicationConfiguration, 'environmentProperties'), 'propertyGroups');
  const groups = Array.isArray(list) ? list : [];
  return Object.fromEntries(
    groups.map((group) => [member(group, 'propertyGroupId'), member(group, 'propertyMap') ?? {}]),
  );
}

/**
 * Whether the application's own groups are an expression that only CloudFormation resolves: nothing can be added then.
 *
 * @internal
 */
export function areOwnGroupsHidden(application: Shown): boolean {
  const environment = member(application.applicationConfiguration, 'environmentProperties');
  return [application.applicationConfiguration, environment, member(environment, 'propertyGroups')].some(
    Token.isUnresolved,
  );
}

/**
 * Both, key by key; where both have a key, the second's value.
 *
 * @internal
 */
export function merged(first: Groups, second: Groups): Groups {
  const ids = Object.keys({ ...first, ...second });
  return Object.fromEntries(ids.map((id) => [id, { ...first[id], ...second[id] }]));
}

/**
 * As both the application and the custom resource spell them.
 *
 * @internal
 */
export function asList(groups: Groups): object[] {
  return Object.entries(groups).map(([id, map]) => ({ PropertyGroupId: id, PropertyMap: map }));
}

/**
 * Keys that stand in both with different values, as problems. A value may be a secret and is not repeated.
 *
 * @internal
 */
export function conflicts({ stack }: CfnResource, own: Groups, given: Groups): string[] {
  const text = (value: string) => JSON.stringify(stack.resolve(value));
  return Object.entries(given).flatMap(([id, map]) =>
    Object.entries(map)
      .filter(([key, value]) => own[id]?.[key] !== undefined && text(own[id][key]) !== text(value))
      .map(
        ([key]) =>
          `propertyGroups: the application’s own EnvironmentProperties give ${id}.${key} another value, expected ` +
          'the same in both. Remove one of the two.',
      ),
  );
}

/**
 * What the handler would refuse, all of it, in its own words.
 *
 * @internal
 */
export function refusals(groups: Groups): string[] {
  const { shown, groups: most, keys, key: inKey, value: inValue, id: legal } = CONTRACT.groups;
  const beyond = (
    limit: { most: number; message: string },
    count: number,
    values: { [name: string]: string | number },
  ) => (count >= 1 && count <= limit.most ? [] : [message(limit.message, { count, ...values })]);
  const length = (text: string) => [...text].length;
  const short = (text: string) => [...text].slice(0, shown).join('');

  const entries = Object.entries(groups);
  return entries.reduce(
    (problems: string[], [id, map], index) => {
      const isLegal = Token.isUnresolved(id) || new RegExp(legal.pattern).test(id);
      const pairs = Object.entries(map).flatMap(([key, value]) => [
        ...(Token.isUnresolved(key) ? [] : beyond(inKey, length(key), { index, key: short(key) })),
        ...(Token.isUnresolved(value) ? [] : beyond(inValue, length(value), { index, key: short(key) })),
      ]);
      return [
        ...problems,
        ...(isLegal ? [] : [message(legal.message, { index, id: short(id) })]),
        ...beyond(keys, Object.keys(map).length, { index }),
        ...pairs,
      ];
    },
    beyond(most, entries.length, {}),
  );
}

function member(value: unknown, name: string): any {
  return value !== null && typeof value === 'object' ? (value as { [name: string]: unknown })[name] : undefined;
}
