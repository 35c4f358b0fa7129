import { Callable, HostObject } from '../jinja/values.ts';
import type { Value } from '../jinja/values.ts';
import { quoteIdentifier } from '../../../warehouse/sql-text.ts';

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
