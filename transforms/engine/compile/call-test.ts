import { evaluateNative } from '../../../lib/jinja/native.ts';
import { parseTemplate } from '../../../lib/jinja/parse.ts';
import type { RenderOptions } from '../../../lib/jinja/render.ts';
import type { Maybe } from '../../../lib/jinja/maybe.ts';
import { Callable, toValue } from '../../../lib/jinja/values.ts';
import type { Value } from '../../../lib/jinja/values.ts';
import type { DataTest } from '../project/model.ts';
import type { Context } from './context.ts';
import { compileErrors } from './errors.ts';
import { relationOf } from './relation.ts';

/** Calls the macro of a generic test with `model` standing for `rows`, and its arguments as written in YAML. */
export function callTest(test: DataTest, context: Context, rows: string, database: string): Maybe<Value> {
  const macro = context.macro(`test_${test.kind}`);
  if (!(macro instanceof Callable)) {
    throw compileErrors.error('COMPILE_UNKNOWN_NAME', {
      message: `there is no generic test ${test.kind}`,
      where: `${test.file}:${test.line}:1`,
    });
  }
  try {
    const named = new Map<string, Value>([
      ['model', relationOf(rows, database, undefined)],
      ...(test.column === undefined ? [] : [['column_name', test.column] as const]),
      ...Object.entries(test.arguments).map(
        ([name, value]) => [name, argumentValue(value, test, context.options)] as const,
      ),
    ]);
    const at = { file: test.file, line: test.line, column: 1 };
    const called = macro.call({ positional: [], named, at });
    return called instanceof Promise
      ? called.catch((error: unknown) => Promise.reject(context.explain(error)))
      : called;
  } catch (error) {
    throw context.explain(error);
  }
}

/** dbt's rule: a text that looks like a call of one of these is an expression; other texts may hold templates. */
const looksLikeCall = /^\s*(?:env_var|ref|var|source|doc)\s*\(.+\)\s*$/s;

function argumentValue(value: unknown, test: DataTest, options: RenderOptions): Value {
  if (typeof value === 'string') {
    const text = looksLikeCall.test(value) ? `{{ ${value} }}` : value;
    if (!/\{[{%]/.test(text)) return value;
    return evaluateNative(parseTemplate(text, test.file, { startLine: test.line }), options);
  }
  if (Array.isArray(value)) return toValue(value.map((each) => argumentValue(each, test, options)));
  if (typeof value !== 'object' || value === null) return toValue(value);
  return toValue(
    new Map(Object.entries(value).map(([key, each]) => [key, argumentValue(each, test, options)])),
  );
}
