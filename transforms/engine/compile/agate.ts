import type { Row } from '../../../warehouse/warehouse.ts';
import { Callable, Dict, HostObject, JinjaList, toValue, Tuple } from '../../../lib/jinja/values.ts';
import type { Value } from '../../../lib/jinja/values.ts';
import { bound, itemsOf, shownText } from '../../../lib/jinja/host.ts';

/** Values in order under names: a row by column, the columns of a table by name. */
class Named extends HostObject {
  override readonly typeName: string;
  readonly #names: readonly string[];
  readonly #values: readonly Value[];
  readonly #extra: ReadonlyMap<string, Value>;

  constructor(
    typeName: string,
    names: readonly string[],
    values: readonly Value[],
    extra: ReadonlyMap<string, Value> = new Map(),
  ) {
    super();
    this.typeName = typeName;
    this.#names = names;
    this.#values = values;
    this.#extra = extra;
  }
  override attribute(name: string): Value | undefined {
    const method = Object.hasOwn(namedMethods, name) ? namedMethods[name] : undefined;
    return this.#extra.get(name) ?? method?.(this.#names, this.#values);
  }
  override item(key: Value): Value | undefined {
    if (typeof key === 'bigint') return this.#values.at(Number(key));
    const index = this.#names.findIndex((name) => name.toLowerCase() === shownText(key).toLowerCase());
    return index < 0 ? undefined : this.#values[index];
  }
  override iterate(): Iterable<Value> {
    return this.#values;
  }
  override length(): number {
    return this.#values.length;
  }
  override text(): string {
    return `<agate.${this.typeName}: (${this.#values.map((value) => shownText(value)).join(', ')})>`;
  }
  override identity(): string {
    return this.text();
  }
}

const namedMethods: Readonly<Record<string, (names: readonly string[], values: readonly Value[]) => Value>> =
  {
    keys: (names) => new Callable('keys', () => new Tuple(names)),
    values: (_, values) => new Callable('values', () => new Tuple(values)),
    items: (names, values) =>
      new Callable(
        'items',
        () => new JinjaList(names.map((name, index) => new Tuple([name, values[index] ?? null]))),
      ),
    dict: (names, values) =>
      new Callable('dict', () => new Dict(names.map((name, index) => [name, values[index] ?? null]))),
    get: (names, values) =>
      bound(
        'get',
        ['key', 'default'],
        ([key, fallback]) => values[names.indexOf(shownText(key))] ?? fallback ?? null,
      )[1],
  };

/** The result of a query as dbt's templates know it: an agate table. */
export class AgateTable extends HostObject {
  override readonly typeName = 'Table';
  readonly #names: readonly string[];
  readonly #rows: readonly (readonly Value[])[];

  constructor(names: readonly string[], rows: readonly (readonly Value[])[]) {
    super();
    this.#names = names;
    this.#rows = rows;
  }

  override attribute(name: string): Value | undefined {
    switch (name) {
      case 'column_names':
        return new Tuple(this.#names);
      case 'columns':
        return new Named(
          'MappedSequence',
          this.#names,
          this.#names.map((_, index) => this.#column(index)),
        );
      case 'rows':
        return new Named(
          'MappedSequence',
          [],
          this.#rows.map((row) => this.#row(row)),
        );
      case 'print_table':
      case 'print_csv':
      case 'print_json':
        return new Callable(name, () => null);
      case 'select':
      case 'exclude':
        return bound(name, ['key'], ([key]) => this.#pick(key, name === 'select'))[1];
      case 'limit':
        return bound(
          name,
          ['count'],
          ([count]) => new AgateTable(this.#names, this.#rows.slice(0, Number(count ?? 0n))),
        )[1];
      default:
        return undefined;
    }
  }

  #pick(key: Value | undefined, keep: boolean): Value {
    const wanted = typeof key === 'string' ? [key] : (itemsOf(key) ?? []).map(shownText);
    const places = this.#names.flatMap((name, index) => (wanted.includes(name) === keep ? [index] : []));
    return new AgateTable(
      places.map((index) => this.#names[index] ?? ''),
      this.#rows.map((row) => places.map((index) => row[index] ?? null)),
    );
  }

  #column(index: number): Value {
    const values = this.#rows.map((row) => row[index] ?? null);
    const extra = new Map<string, Value>([
      ['name', this.#names[index] ?? ''],
      ['values_distinct', new Callable('values_distinct', () => new Tuple([...new Set(values)]))],
      [
        'values_without_nulls',
        new Callable('values_without_nulls', () => new Tuple(values.filter((value) => value !== null))),
      ],
    ]);
    return new Named('Column', [], values, extra);
  }

  #row(row: readonly Value[]): Value {
    return new Named('Row', this.#names, row);
  }

  override iterate(): Iterable<Value> {
    return this.#rows.map((row) => this.#row(row));
  }
  override length(): number {
    return this.#rows.length;
  }
  override truthy(): boolean {
    return true;
  }
  override text(): string {
    return `<agate.Table: ${this.#names.length} columns, ${this.#rows.length} rows>`;
  }
  override identity(): string {
    return JSON.stringify([this.#names, this.#rows.map((row) => row.map((value) => shownText(value)))]);
  }
}

/** A query's rows as an agate table. Integers are ints, decimals and times texts, as the warehouse gives them. */
export function agateTable(rows: readonly Row[]): AgateTable {
  const names = Object.keys(rows[0] ?? {});
  return new AgateTable(
    names,
    rows.map((row) => names.map((name) => toValue(row[name] ?? null))),
  );
}
