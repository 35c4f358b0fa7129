import { fail } from './errors.ts';
import { formatValue } from './format-spec.ts';
import { chargeText } from './meter.ts';
import { Dict, HostObject, Undefined, representationOf, textOf } from './values.ts';
import type { Value } from './values.ts';

type Named = ReadonlyMap<string, Value> | Value;

/** How a format gets at parts of its values; handed in, as attributes know of formats. */
export interface Access {
  readonly attributeOf: (value: Value, name: string) => Value | undefined;
  readonly itemOf: (value: Value, key: Value) => Value | undefined;
}

interface Source {
  readonly access: Access;
  readonly positional: readonly Value[] | undefined;
  readonly named: Named;
  /** The next position for fields without a name; undefined once numbers were used. */
  automatic: number | undefined;
  manual: boolean;
}

/** Python's `str.format(*positional, **named)`; without positional values, `str.format_map`. */
export function formatBraces(
  access: Access,
  format: string,
  positional: readonly Value[] | undefined,
  named: Named,
): string {
  return expand(format, { access, positional, named, automatic: 0, manual: false }, 2);
}

function expand(format: string, source: Source, depth: number): string {
  if (depth === 0) return fail('JINJA_TYPE', 'max string recursion exceeded');
  let out = '';
  for (let at = 0; at < format.length;) {
    const char = format.charAt(at);
    if ((char === '{' || char === '}') && format.charAt(at + 1) === char) {
      out += char;
      at += 2;
    } else if (char === '}') return fail('JINJA_TYPE', "single '}' encountered in format string");
    else if (char === '{') {
      const end = fieldEnd(format, at + 1);
      out += field(format.slice(at + 1, end), source, depth);
      at = end + 1;
    } else {
      out += char;
      at += 1;
    }
  }
  return out;
}

function fieldEnd(format: string, start: number): number {
  let open = 1;
  for (let at = start; at < format.length; at += 1) {
    const char = format.charAt(at);
    // Braces inside an index are part of its name.
    if (char === '[') chargeText(at - start);
    if (char === '[' && open === 1 && !format.slice(start, at).includes(':')) {
      const close = format.indexOf(']', at);
      if (close > 0) at = close;
    } else if (char === '{') open += 1;
    else if (char === '}') open -= 1;
    if (open === 0) return at;
  }
  return fail('JINJA_TYPE', "expected '}' before end of string");
}

const FIELD = /^((?:[^[\]!:]|\[[^\]]*\])*)(?:!(.)(?=:|$))?(?::(.*))?$/su;

function field(text: string, source: Source, depth: number): string {
  const found = FIELD.exec(text);
  if (found === null) return fail('JINJA_TYPE', `this replacement field cannot be read: {${text}}`);
  const [, name = '', conversion, spec = ''] = found;
  const value = lookup(name, source);
  const converted = conversion === undefined ? value : convert(value, conversion);
  return formatValue(
    converted,
    spec.includes('{') || spec.includes('}') ? expand(spec, source, depth - 1) : spec,
  );
}

function convert(value: Value, conversion: string): string {
  if (conversion === 's') return textOf(value);
  if (conversion === 'r' || conversion === 'a') return representationOf(value);
  return fail('JINJA_TYPE', `unknown conversion specifier '${conversion}'`);
}

const PATH = /\.([^.[\]]+)|\[([^\]]+)\]/g;

function lookup(name: string, source: Source): Value {
  const [first = ''] = /^[^.[]*/.exec(name) ?? [];
  const rest = name.slice(first.length);
  let value = argument(first, source);
  let used = 0;
  for (const [step, attribute, key = ''] of rest.matchAll(PATH)) {
    used += step.length;
    const index = /^\d+$/.test(key) ? BigInt(key) : key;
    // As in Jinja2's sandbox, what is not there is undefined.
    const part =
      attribute === undefined
        ? source.access.itemOf(value, index)
        : source.access.attributeOf(value, attribute);
    value = part === undefined ? new Undefined(step) : part;
  }
  return used === rest.length ? value : fail('JINJA_TYPE', `this field name cannot be read: ${name}`);
}

function argument(name: string, source: Source): Value {
  const { positional, named } = source;
  if (name !== '' && !/^\d+$/.test(name)) {
    const value =
      named instanceof Map
        ? (named.get(name) as Value | undefined)
        : mapped(named as Value, name, source.access);
    return value === undefined ? fail('JINJA_TYPE', `the format's key '${name}' is missing`) : value;
  }
  if (positional === undefined) return fail('JINJA_TYPE', 'format string contains positional fields');
  const index = name === '' ? nextIndex(source) : numbered(name, source);
  const value = positional[index];
  if (value !== undefined) return value;
  return fail('JINJA_TYPE', `replacement index ${index} out of range for positional args tuple`);
}

function mapped(named: Value, name: string, { itemOf }: Access): Value | undefined {
  return named instanceof Dict || named instanceof HostObject ? itemOf(named, name) : undefined;
}

function nextIndex(source: Source): number {
  if (source.manual || source.automatic === undefined) {
    return fail('JINJA_TYPE', 'cannot switch from manual field specification to automatic field numbering');
  }
  source.automatic += 1;
  return source.automatic - 1;
}

function numbered(name: string, source: Source): number {
  if (source.automatic !== 0) {
    return fail('JINJA_TYPE', 'cannot switch from automatic field numbering to manual field specification');
  }
  source.manual = true;
  return Number(name);
}
