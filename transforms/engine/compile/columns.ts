import { quoteIdentifier } from '../../../warehouse/sql-text.ts';
import { Callable, HostObject } from '../../../lib/jinja/values.ts';
import type { CallArguments, Value } from '../../../lib/jinja/values.ts';
import { bound, shownText } from '../../../lib/jinja/host.ts';

const families: Readonly<Record<string, RegExp>> = {
  is_string: /^(?:varchar|text|string|char|character varying|bpchar)/i,
  is_integer: /^(?:tinyint|smallint|integer|int|bigint|hugeint|uinteger|ubigint)/i,
  is_float: /^(?:float|double|real)/i,
  is_numeric: /^(?:decimal|numeric|number)/i,
  is_number:
    /^(?:tinyint|smallint|integer|int|bigint|hugeint|uinteger|ubigint|float|double|real|decimal|numeric|number)/i,
};

/** A column of a relation, as adapter.get_columns_in_relation gives it. */
export class Column extends HostObject {
  override readonly typeName = 'Column';
  readonly #name: string;
  readonly #type: string;

  constructor(name: string, type: string) {
    super();
    this.#name = name;
    this.#type = type;
  }
  override attribute(name: string): Value | undefined {
    const family = Object.hasOwn(families, name) ? families[name] : undefined;
    if (family !== undefined) return new Callable(name, () => family.test(this.#type));
    switch (name) {
      case 'name':
      case 'column':
        return this.#name;
      case 'quoted':
        return quoteIdentifier(this.#name);
      case 'dtype':
      case 'data_type':
        return this.#type;
      case 'char_size':
      case 'numeric_precision':
      case 'numeric_scale':
        return null;
      default:
        return undefined;
    }
  }
  override text(): string {
    return `<Column ${this.#name} (${this.#type})>`;
  }
  override identity(): string {
    return this.text();
  }
}

/** Python's names for types, as dbt's Column translates them; other types are the warehouse's own. */
const typeLabels: ReadonlyMap<string, string> = new Map([
  ['STRING', 'TEXT'],
  ['TIMESTAMP', 'TIMESTAMP'],
  ['FLOAT', 'FLOAT'],
  ['INTEGER', 'INT'],
  ['BOOLEAN', 'BOOLEAN'],
]);

const translated = (type: Value | undefined): string =>
  typeLabels.get(shownText(type).toUpperCase()) ?? shownText(type);

const makeColumn = bound(
  'Column',
  ['name', 'dtype'],
  ([name, type]) => new Column(shownText(name), shownText(type)),
)[1];

/** `api.Column`: makes columns, and names types. */
class ColumnClass extends HostObject {
  override readonly typeName = 'type';
  readonly #table = new Map<string, Value>([
    bound('translate_type', ['dtype'], ([type]) => translated(type)),
    bound(
      'create',
      ['name', 'label_or_dtype'],
      ([name, type]) => new Column(shownText(name), translated(type)),
    ),
    bound('string_type', ['size'], ([size]) => `character varying(${shownText(size)})`),
    bound('numeric_type', ['dtype', 'precision', 'scale'], ([type, precision, scale]) => {
      const isPlain = precision === undefined || precision === null || scale === undefined || scale === null;
      return isPlain ? shownText(type) : `${shownText(type)}(${shownText(precision)},${shownText(scale)})`;
    }),
  ]);
  override attribute(name: string): Value | undefined {
    return this.#table.get(name);
  }
  override call(args: CallArguments): Value | Promise<Value> {
    return makeColumn.call(args);
  }
  override text(): string {
    return "<class 'Column'>";
  }
  override identity(): string {
    return 'Column';
  }
}

export const columnClass: Value = new ColumnClass();
