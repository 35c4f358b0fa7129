import type { Template } from './ast.ts';
import { literalOf } from './discover.ts';
import type { HostFilter } from './environment.ts';
import { fail } from './errors.ts';
import { evaluate } from './expression.ts';
import { UniqueObject } from './objects.ts';
import { parseTemplate } from './parse.ts';
import { atTop, newFrame, renderSync, soleExpression } from './render.ts';
import type { RenderOptions } from './render.ts';
import { textOf } from './values.ts';
import type { Value } from './values.ts';

type Wanted = 'text' | 'native' | 'bool' | 'number';

/** A value with the type that a YAML field wants of it, between the filter and the end of the template. */
class Marked extends UniqueObject {
  override readonly typeName = 'str';
  readonly wanted: Wanted;
  readonly value: Value;
  constructor(wanted: Wanted, value: Value) {
    super();
    this.wanted = wanted;
    this.value = value;
  }
  override attribute(): undefined {
    return undefined;
  }
  override text(): string {
    return textOf(this.value);
  }
}

const NATIVE_FILTERS: ReadonlyMap<string, HostFilter> = new Map<string, HostFilter>(
  (['text', 'native', 'bool', 'number'] as const).map((wanted) => [
    `as_${wanted}`,
    (value) => new Marked(wanted, value),
  ]),
);

/**
 * Renders a YAML value as dbt does: a template that is one expression keeps the value's type, everything else is text.
 * `as_bool`, `as_number` and `as_native` read the text as a literal, `as_text` keeps it text. Never waits.
 */
export function evaluateNative(template: Template, options: RenderOptions): Value {
  const filters = new Map([...NATIVE_FILTERS, ...(options.filters ?? [])]);
  const own = { ...options, filters };
  const only = soleExpression(template);
  if (only === undefined) return renderSync(template, own);
  const frame = newFrame(template.file, own, false);
  return atTop(frame, () => {
    const value = evaluate(only, frame) as Value;
    return value instanceof Marked ? converted(value) : value;
  }) as Value;
}

function converted(marked: Marked): Value {
  if (marked.wanted === 'text') return textOf(marked);
  const value = typeof marked.value === 'string' ? (readLiteral(marked.value) ?? marked.value) : marked.value;
  const isNumber = typeof value === 'bigint' || typeof value === 'number';
  if (marked.wanted === 'bool' && typeof value !== 'boolean') refuse(marked, 'bool');
  if (marked.wanted === 'number' && !isNumber) refuse(marked, 'number');
  return value;
}

function refuse(marked: Marked, wanted: string): never {
  return fail('JINJA_TYPE', `could not convert value '${textOf(marked)}' into type '${wanted}'`);
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
