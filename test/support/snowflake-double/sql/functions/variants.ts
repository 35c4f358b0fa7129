import { arg, literalOf } from '../call.ts';
import type { FunctionTable, KnownFunction } from '../call.ts';
import { cast, textOf } from '../casts.ts';
import { pathSteps, pointer } from '../json-path.ts';
import type { Step } from '../json-path.ts';
import { unknownHere } from '../read.ts';
import { quoteText, value, whole } from '../value.ts';
import type { Value } from '../value.ts';

/** What stands at a path in a variant. */
export function at(of: Value, steps: readonly Step[]): Value {
  if (steps.length === 0) return of;
  const path = { of: of.path?.of ?? of.text, at: `${of.path?.at ?? ''}${pointer(steps)}` };
  return { text: `sf_get(${path.of}, ${quoteText(path.at)})`, type: 'variant', path };
}

export function asVariant(of: Value): string {
  return cast(of, { duckdb: 'json', known: 'variant' }).text;
}

function ofVariant(macro: string, type: Value['type']): KnownFunction {
  return { takes: [1, 1], write: (args) => value(`${macro}(${arg(args, 0).text})`, type) };
}

/** Members by key in order of the alphabet, those that are NULL left out. */
function objectOf(args: readonly Value[], name: string): Value {
  const members: (readonly [string, string])[] = [];
  for (let place = 0; place < args.length; place += 2) {
    const key = args[place]?.literal ?? unknownHere(`${name} with a key that is no literal`);
    const of = args[place + 1] ?? unknownHere(`${name} of an odd number of arguments`);
    members.push([
      key,
      `case when ${of.text} is not null then ${quoteText(`${JSON.stringify(key)}:`)} || ${asVariant(of)} end`,
    ]);
  }
  const sorted = members.toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, text]) => text);
  return value(
    `cast('{' || ${sorted.length === 0 ? "''" : `concat_ws(',', ${sorted.join(', ')})`} || '}' as json)`,
    'variant',
  );
}

function items(of: Value): string {
  return `sf_items(${of.text})`;
}

function listOf(text: string): Value {
  return value(`to_json(${text})`, 'variant');
}

export const variantFunctions: FunctionTable = {
  PARSE_JSON: { takes: [1, 1], write: (args) => value(`sf_parse_json(${textOf(arg(args, 0))})`, 'variant') },
  TO_VARIANT: { takes: [1, 1], write: (args) => value(asVariant(arg(args, 0)), 'variant') },
  TO_JSON: { takes: [1, 1], write: (args) => value(`cast(${asVariant(arg(args, 0))} as varchar)`, 'text') },
  GET_PATH: { takes: [2, 2], write: (args, call) => at(arg(args, 0), pathSteps(literalOf(args, 1, call))) },
  GET: {
    takes: [2, 2],
    write: (args, call) =>
      at(arg(args, 0), [
        /^\d+$/.test(arg(args, 1).text) ? Number(arg(args, 1).text) : literalOf(args, 1, call),
      ]),
  },
  STRIP_NULL_VALUE: ofVariant('sf_strip_null', 'variant'),
  IS_NULL_VALUE: {
    takes: [1, 1],
    write: (args) => value(`(json_type(${arg(args, 0).text}) = 'NULL')`, 'boolean'),
  },
  TYPEOF: {
    takes: [1, 1],
    write: (args) =>
      arg(args, 0).type === 'variant'
        ? value(`sf_typeof(${arg(args, 0).text})`, 'text')
        : unknownHere('typeof of what is no variant'),
  },
  ARRAY_SIZE: ofVariant('sf_array_size', 'number'),
  ARRAY_CONSTRUCT: {
    takes: [0, 1000],
    write: (args) => value(`json_array(${args.map((each) => asVariant(each)).join(', ')})`, 'variant'),
  },
  ARRAY_APPEND: {
    takes: [2, 2],
    write: (args) => listOf(`list_append(${items(arg(args, 0))}, ${asVariant(arg(args, 1))})`),
  },
  ARRAY_CAT: {
    takes: [2, 2],
    write: (args) => {
      const [a, b] = [items(arg(args, 0)), items(arg(args, 1))];
      return value(
        `case when ${a} is not null and ${b} is not null then to_json(list_concat(${a}, ${b})) end`,
        'variant',
      );
    },
  },
  // Indexes from 0, without the end.
  ARRAY_SLICE: {
    takes: [3, 3],
    write: (args) => {
      const [from, to] = [whole(arg(args, 1)), whole(arg(args, 2))];
      if (from.startsWith('-') || to.startsWith('-')) return unknownHere('array_slice from the end');
      return listOf(`${items(arg(args, 0))}[${from} + 1:${to}]`);
    },
  },
  ARRAY_TO_STRING: {
    takes: [2, 2],
    write: (args) =>
      value(
        `array_to_string(list_transform(${items(arg(args, 0))}, lambda e: sf_json_text(e)), ${textOf(arg(args, 1))})`,
        'text',
      ),
  },
  ARRAY_GENERATE_RANGE: {
    takes: [2, 2],
    write: (args) => listOf(`range(${whole(arg(args, 0))}, ${whole(arg(args, 1))})`),
  },
  OBJECT_CONSTRUCT: { takes: [0, 1000], write: (args, call) => objectOf(args, call.name) },
};
