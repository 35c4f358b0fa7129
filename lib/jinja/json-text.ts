import { fail } from './errors.ts';
import { floatText, intText } from './number-text.ts';
import { charge } from './meter.ts';
import { order } from './operators.ts';
import { Dict, JinjaList, Tuple, Undefined, refuseUndefined, sizeOf, typeName } from './values.ts';
import type { Value } from './values.ts';

export interface JsonOptions {
  readonly sortKeys?: boolean;
  /** Blanks per level, or the text of one level; one line without it. */
  readonly indent?: number | string | undefined;
  /** Replaces what JSON has no notation for; refused by default. */
  readonly otherwise?: (value: Value) => Value;
}

/** A value as Python's `json.dumps` writes it: ASCII only, `", "` and `": "` as separators. */
export function jsonText(value: Value, options: JsonOptions = {}): string {
  return write(value, options, '\n', []);
}

function write(value: Value, options: JsonOptions, lineBreak: string, open: readonly Value[]): string {
  if (value === null) return 'null';
  if (typeof value === 'string') return quote(value);
  if (typeof value === 'boolean') return String(value);
  if (typeof value === 'bigint') return intText(value);
  if (typeof value === 'number') return jsonFloat(value);
  charge(1 + sizeOf(value) + open.length / 4);
  if (open.includes(value)) return fail('JINJA_TYPE', 'circular reference detected');
  const inside = [...open, value];
  if (value instanceof JinjaList || value instanceof Tuple) {
    const items = value.items.map((item) => (below: string) => write(item, options, below, inside));
    return container('[', ']', items, options, lineBreak);
  }
  if (value instanceof Dict) {
    const items = entries(value, options).map(
      ([key, item]) =>
        (below: string) =>
          `${quote(key)}: ${write(item, options, below, inside)}`,
    );
    return container('{', '}', items, options, lineBreak);
  }
  if (options.otherwise !== undefined) return write(options.otherwise(value), options, lineBreak, inside);
  if (value instanceof Undefined && value.refusal !== undefined) refuseUndefined(value);
  return fail('JINJA_TYPE', `object of type ${typeName(value)} is not JSON serializable`);
}

function container(
  start: string,
  end: string,
  items: readonly ((lineBreak: string) => string)[],
  { indent }: JsonOptions,
  lineBreak: string,
): string {
  if (items.length === 0) return start + end;
  if (indent === undefined) return start + items.map((item) => item(lineBreak)).join(', ') + end;
  const below = lineBreak + (typeof indent === 'string' ? indent : ' '.repeat(Math.max(0, indent)));
  return `${start}${below}${items.map((item) => item(below)).join(`,${below}`)}${lineBreak}${end}`;
}

function entries(dict: Dict, { sortKeys = false }: JsonOptions): (readonly [string, Value])[] {
  const all = [...dict.entries()];
  if (sortKeys) all.sort(([a], [b]) => order(a, b, '<') ?? 0);
  return all.map(([key, value]) => [keyText(key), value] as const);
}

function keyText(key: Value): string {
  if (typeof key === 'string') return key;
  if (key === null) return 'null';
  if (typeof key === 'boolean') return String(key);
  if (typeof key === 'bigint') return intText(key);
  if (typeof key === 'number') return jsonFloat(key);
  return fail('JINJA_TYPE', `keys must be str, int, float, bool or None, not ${typeName(key)}`);
}

function jsonFloat(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? 'Infinity' : '-Infinity';
  return floatText(value);
}

function quote(text: string): string {
  return JSON.stringify(text).replace(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
