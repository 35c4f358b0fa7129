import type { Expr, Template } from './ast.ts';
import { literalOf } from './discover.ts';
import { fail } from './errors.ts';
import { evaluate } from './expression.ts';
import type { Frame } from './interpreter.ts';
import { isTrue } from './operators.ts';
import { parseTemplate } from './parse.ts';
import { atTop, newFrame, renderSync, requireNames, soleExpression } from './render.ts';
import type { RenderOptions } from './render.ts';
import { textOf } from './values.ts';
import type { Value } from './values.ts';

type Wanted = 'text' | 'native' | 'bool' | 'number';

/** The value of a whole template, with the type that a YAML field wants of it, if any. */
interface Marked {
  readonly wanted: Wanted | undefined;
  readonly value: Value;
}

/** The types by the filter that asks for them. In the middle of an expression the filters change nothing. */
const WANTED: ReadonlyMap<string, Wanted> = new Map(
  (['text', 'native', 'bool', 'number'] as const).map((wanted) => [`as_${wanted}`, wanted]),
);

/**
 * Renders a YAML value as dbt does: a template that is one expression keeps the value's type, everything else is text.
 * `as_bool`, `as_number` and `as_native` read the text as a literal, `as_text` keeps it text, where they are the last
 * that happens to the value: `{{ target.name == 'x' | as_bool }}` compares with a text. Never waits.
 */
export function evaluateNative(template: Template, options: RenderOptions): Value {
  const only = soleExpression(template);
  if (only === undefined) return renderSync(template, options);
  const frame = newFrame(template.file, options, false);
  return atTop(frame, () => {
    requireNames(template, frame.it);
    return converted(outermost(only, frame));
  }) as Value;
}

/** The value of an expression of which nothing else is made: a filter at the end of what was chosen counts. */
function outermost(expr: Expr, frame: Frame): Marked {
  if (expr.kind === 'condition') {
    const test = isTrue(evaluate(expr.test, frame) as Value);
    const chosen = test ? expr.chosen : expr.otherwise;
    if (chosen !== undefined) return outermost(chosen, frame);
    return { value: frame.it.undefinedValue('if without else'), wanted: undefined };
  }
  if (expr.kind === 'logic') {
    const left = outermost(expr.left, frame);
    return isTrue(left.value) === (expr.op === 'or') ? left : outermost(expr.right, frame);
  }
  const wanted = expr.kind === 'filter' ? WANTED.get(expr.name) : undefined;
  return { value: evaluate(expr, frame) as Value, wanted };
}

function converted(marked: Marked): Value {
  const { wanted } = marked;
  if (wanted === undefined) return marked.value;
  if (wanted === 'text') return textOf(marked.value);
  const value = typeof marked.value === 'string' ? (readLiteral(marked.value) ?? marked.value) : marked.value;
  const isNumber = typeof value === 'bigint' || typeof value === 'number';
  if (wanted === 'bool' && typeof value !== 'boolean') refuse(marked, 'bool');
  if (wanted === 'number' && !isNumber) refuse(marked, 'number');
  return value;
}

function refuse(marked: Marked, wanted: string): never {
  return fail('JINJA_TYPE', `could not convert value '${textOf(marked.value)}' into type '${wanted}'`);
}

/** The value of a text that spells a literal; undefined for any other text. */
function readLiteral(text: string): Value | undefined {
  if (/^\s*(?:true|false|none)\s*$/.test(text)) return undefined;
  try {
    const only = soleExpression(parseTemplate(`{{ ${text} }}`, 'literal'));
    return only === undefined ? undefined : literalOf(only);
  } catch {
    return undefined;
  }
}
