import { CfnElement, Fn, Lazy, Token } from 'aws-cdk-lib';
import type { CfnResource, IResolveContext } from 'aws-cdk-lib';
import { createHash } from 'crypto';

/** An expression of CloudFormation, as it stands in a template. */
type Expression = { readonly [name: string]: any };

/**
 * The configuration digest, for which CloudFormation calls the handlers: a hash of all that is known at synthesis, and
 * beside it each expression that only CloudFormation resolves. The application itself is left out: its guard comes
 * before it.
 *
 * @param sent what restarts the job, read when the template is written
 * @internal
 */
export function digestOf(application: CfnResource, sent: () => unknown): string {
  return Lazy.uncachedString({
    produce: (context: IResolveContext) => {
      const resolved = sorted(context.resolve(sent()));
      const found = new Map<string, Expression>();
      collect(resolved, new Set(), found);
      const itself: string = application.stack.resolve(application.logicalId);
      const parts = [...found.values()]
        .filter((expression) => targetOf(expression) !== itself)
        .map((expression) => (isList(application, expression) ? { 'Fn::Join': [',', expression] } : expression));
      const hash = createHash('sha256')
        .update(JSON.stringify(resolved) ?? '')
        .digest('hex');
      return Fn.join('|', [hash, ...parts.map((expression) => Token.asString(expression))]);
    },
  });
}

/** The same for the same content, in whatever order it was written. */
function sorted(value: any): any {
  if (Array.isArray(value)) {
    return value.map(sorted);
  }
  if (value === null || typeof value !== 'object') {
    return value;
  }
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((key) => [key, sorted(value[key])]),
  );
}

/** References, imports and conditions in `value`; `variables` are those of the Fn::Sub around it. */
function collect(value: any, variables: Set<string>, found: Map<string, Expression>): void {
  const add = (expression: Expression) => found.set(JSON.stringify(expression), expression);
  if (value === null || typeof value !== 'object') {
    return;
  }
  if (typeof value.Ref === 'string') {
    // Account, region and partition are the stack's for as long as it lives.
    return void (value.Ref.startsWith('AWS::') || add(value));
  }
  if (value['Fn::GetAtt'] !== undefined || value['Fn::ImportValue'] !== undefined) {
    return void add(value);
  }
  if (Array.isArray(value['Fn::If'])) {
    // Which branch it is may change with a parameter, and no branch shows it.
    add({ 'Fn::If': [value['Fn::If'][0], 'true', 'false'] });
  }
  const sub = value['Fn::Sub'];
  if (sub !== undefined) {
    const [text, map] = Array.isArray(sub) ? sub : [sub, {}];
    for (const [, name] of String(text).matchAll(/\$\{([^!}][^}]*)\}/g)) {
      const [target, ...attribute] = name.trim().split('.');
      if (!(target in map) && !target.startsWith('AWS::')) {
        add(attribute.length > 0 ? { 'Fn::GetAtt': [target, attribute.join('.')] } : { Ref: target });
      }
    }
  }
  Object.values(value).forEach((member) => collect(member, variables, found));
}

function targetOf(expression: Expression): string | undefined {
  const attribute = expression['Fn::GetAtt'];
  return expression.Ref ?? (Array.isArray(attribute) ? attribute[0] : attribute?.split('.')[0]);
}

/** Whether a reference is to a parameter that is a list, which Fn::Join takes only in the place of its own list. */
function isList({ stack }: CfnResource, { Ref }: Expression): boolean {
  return stack.node.findAll().some((construct) => {
    const type: unknown = CfnElement.isCfnElement(construct) && 'type' in construct && construct.type;
    return (
      /(^|<)(List<|CommaDelimitedList)/.test(String(type)) && stack.resolve((construct as CfnElement).logicalId) === Ref
    );
  });
}
