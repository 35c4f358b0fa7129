import { transformErrors } from '../errors.ts';
import { formatLocation } from './location.ts';
import type { Location } from './location.ts';
import type { Expression, TemplatePart } from './parse.ts';

/** A value inside a template. Never a JavaScript object of ours: a template can reach nothing it is not given. */
export type TemplateValue =
  | string
  | number
  | boolean
  | null
  | readonly TemplateValue[]
  | ReadonlyMap<string, TemplateValue>;

/** The arguments of one call, and where it stands. */
export interface TemplateCall {
  readonly name: string;
  readonly args: readonly TemplateValue[];
  readonly named: Readonly<Record<string, TemplateValue>>;
  readonly at: Location;
}

export type TemplateFunction = (call: TemplateCall) => TemplateValue;

/** The only names a template can call. */
export type TemplateScope = ReadonlyMap<string, TemplateFunction>;

/** Renders parsed parts with the functions of a scope. Pure apart from what those functions do. */
export function renderTemplate(parts: readonly TemplatePart[], scope: TemplateScope): string {
  return parts
    .map((part) => (part.kind === 'text' ? part.text : print(evaluate(part.expression, scope))))
    .join('');
}

function evaluate(expression: Expression, scope: TemplateScope): TemplateValue {
  switch (expression.kind) {
    case 'literal':
      return expression.value;
    case 'list':
      return expression.items.map((item) => evaluate(item, scope));
    case 'dict':
      return new Map(
        expression.entries.map(([key, value]) => [print(evaluate(key, scope)), evaluate(value, scope)]),
      );
    case 'call': {
      const { name, at } = expression;
      const args = expression.args.map((arg) => evaluate(arg, scope));
      const named = Object.fromEntries(
        Object.entries(expression.named).map(([key, value]) => [key, evaluate(value, scope)]),
      );
      return mustFunction(scope, name, at)({ name, args, named, at });
    }
  }
}

function mustFunction(scope: TemplateScope, name: string, at: Location): TemplateFunction {
  const found = scope.get(name);
  if (found !== undefined) return found;
  throw transformErrors.error('TRANSFORM_TEMPLATE_UNKNOWN', {
    message: `there is no macro "${name}"`,
    where: formatLocation(at),
  });
}

function print(value: TemplateValue): string {
  if (value === null) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** The positional argument `index` as text; anything else is a typed error at the call. */
export function textArgument(call: TemplateCall, index: number): string {
  const value = call.args[index];
  if (typeof value === 'string') return value;
  throw transformErrors.error('TRANSFORM_TEMPLATE_ARGUMENT', {
    message: `${call.name}() needs a text as argument ${index + 1}`,
    where: formatLocation(call.at),
  });
}
