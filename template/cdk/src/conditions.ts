import type { ParameterValue } from './included-template';

type Json = any;

/**
 * A template without its conditions: all parameters are known at synthesis, and CloudFormation could not evaluate those
 * whose value is a resource of the same stack. Of such a value conditions only ask whether it is given.
 *
 * @internal
 */
export function withoutConditions(template: Json, parameters: { [name: string]: ParameterValue }): Json {
  const { Conditions = {}, Resources, Outputs, ...others } = template;
  const holds = (name: string): boolean => evaluate(Conditions[name], holds, parameters);
  const present = (section: Json) =>
    Object.fromEntries(
      Object.entries<Json>(section)
        .filter(([, { Condition }]) => Condition === undefined || holds(Condition))
        .map(([id, { Condition, ...rest }]) => [id, chosen(rest, holds)]),
    );
  return { ...others, Resources: present(Resources), Outputs: present(Outputs) };
}

/** Each Fn::If as the branch that holds; what that leaves without a value is left out. */
function chosen(json: Json, holds: (name: string) => boolean): Json {
  if (Array.isArray(json)) {
    return json.map((item) => chosen(item, holds)).filter(hasValue);
  }
  if (json === null || typeof json !== 'object') {
    return json;
  }
  if (json['Fn::If'] !== undefined) {
    const [name, yes, no] = json['Fn::If'];
    return chosen(holds(name) ? yes : no, holds);
  }
  const members = Object.entries(json).map(([key, value]) => [key, chosen(value, holds)]);
  return Object.fromEntries(members.filter(([, value]) => hasValue(value)));
}

function hasValue(json: Json): boolean {
  return json?.Ref !== 'AWS::NoValue';
}

function evaluate(
  test: Json,
  holds: (name: string) => boolean,
  parameters: { [name: string]: ParameterValue },
): boolean {
  const [name, argument] = Object.entries<Json>(test)[0];
  switch (name) {
    case 'Condition':
      return holds(argument);
    case 'Fn::Equals':
      return textOf(argument[0], parameters) === textOf(argument[1], parameters);
    case 'Fn::Not':
      return !evaluate(argument[0], holds, parameters);
    case 'Fn::And':
      return argument.every((part: Json) => evaluate(part, holds, parameters));
    case 'Fn::Or':
      return argument.some((part: Json) => evaluate(part, holds, parameters));
    default:
      throw new Error(`${name} in a condition of the templates, expected Fn::Equals, Fn::Not, Fn::And or Fn::Or`);
  }
}

function textOf(value: Json, parameters: { [name: string]: ParameterValue }): string {
  if (value?.Ref !== undefined) {
    return textOf(parameters[value.Ref], parameters);
  }
  if (value?.['Fn::Join'] !== undefined) {
    return textOf(value['Fn::Join'][1], parameters);
  }
  return Array.isArray(value) ? value.join('') : String(value);
}
