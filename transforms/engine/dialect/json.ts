import type { Dialect } from './dialect.ts';
import { quotedPath, rootedPath } from './json-path.ts';
import { literal } from './literals.ts';
import { macro, macroTable } from './macro.ts';
import { boolean, integer, name, path, sql, variadic } from './parameters.ts';

/** The node at a path in Snowflake; the value itself for the empty path. */
function node(value: string, at: string): string {
  const quoted = quotedPath(at);
  return quoted === '' ? value : `get_path(${value}, '${quoted}')`;
}

const digits = '-?[0-9]+[.][0-9]+';
/** A text of JSON, cut into strings, numbers and what stands between them. */
const tokens = literal(
  String.raw`"([^"\\]|\\.)*"|-?[0-9]+([.][0-9]+)?([eE][+-]?[0-9]+)?|[^"0-9-]+|-`,
  'duckdb',
);

/** The value with its long decimals in quotes: DuckDB reads numbers as doubles, which hold 15 digits. */
function quotedDecimals(value: string): string {
  const token = `case when length(t) > 16 and regexp_full_match(t, '${digits}') then '"' || t || '"' else t end`;
  const parts = `regexp_extract_all(cast(${value} as varchar), ${tokens})`;
  return `cast(array_to_string(list_transform(${parts}, lambda t: ${token}), '') as json)`;
}

/** The text of the node at a path in DuckDB, a decimal digit for digit; NULL where it is missing or a JSON null. */
function textAt(value: string, at: string): string {
  const text = (json: string): string => `json_extract_string(${json}, '${rootedPath(at)}')`;
  const isDecimal = `${typeAt(value, at)} = 'DOUBLE'`;
  return `case when ${isDecimal} then ${text(quotedDecimals(value))} else ${text(value)} end`;
}

function typeAt(value: string, at: string): string {
  return `json_type(${value}, '${rootedPath(at)}')`;
}

function pairs(parts: readonly string[]): ReadonlyArray<readonly [string, string]> {
  const found: Array<readonly [string, string]> = [];
  for (let index = 0; index + 1 < parts.length; index += 2) {
    found.push([(parts[index] ?? '').replace(/^'(.*)'$/s, '$1'), parts[index + 1] ?? 'null']);
  }
  // Snowflake keeps an object's keys in order of the alphabet; so does the text we build.
  return found.toSorted(([a], [b]) => (a < b ? -1 : 1));
}

function duckdbObject(parts: readonly string[]): string {
  const members = pairs(parts).map(
    ([key, value]) =>
      `case when (${value}) is not null then ${literal(`${JSON.stringify(key)}:`, 'duckdb')} || to_json(${value}) end`,
  );
  return `cast('{' || concat_ws(',', ${members.join(', ')}) || '}' as json)`;
}

/** One name for each kind of JSON value; engines name them differently, and numbers by how they are stored. */
const kindsOfType: Readonly<Record<Dialect, Readonly<Record<string, readonly string[]>>>> = {
  duckdb: {
    object: ['OBJECT'],
    array: ['ARRAY'],
    string: ['VARCHAR'],
    number: ['UBIGINT', 'BIGINT', 'DOUBLE', 'HUGEINT', 'UHUGEINT'],
    boolean: ['BOOLEAN'],
    null: ['NULL'],
  },
  snowflake: {
    object: ['OBJECT'],
    array: ['ARRAY'],
    string: ['VARCHAR'],
    number: ['INTEGER', 'DECIMAL', 'DOUBLE'],
    boolean: ['BOOLEAN'],
    null: ['NULL_VALUE'],
  },
};

function kindOf(type: string, dialect: Dialect): string {
  const branches = Object.entries(kindsOfType[dialect]).flatMap(([kind, types]) =>
    types.map((each) => `when '${each}' then '${kind}'`),
  );
  return `case ${type} ${branches.join(' ')} end`;
}

/** Macros on JSON values. */
export const jsonMacros = macroTable({
  parse_json: macro({
    parameters: [sql('value')],
    description:
      'Text read as JSON (VARIANT in Snowflake, JSON in DuckDB); text that is no JSON is an error.',
    example: ['payload'],
    // json() writes the text anew, and decimals as the doubles nearest to them.
    duckdb: ({ value }) =>
      `case when regexp_matches(${value}, '[0-9][.0-9]{15}') then cast(${value} as json) else json(${value}) end`,
    snowflake: ({ value }) => `parse_json(${value})`,
  }),
  json_text: macro({
    parameters: [sql('value'), path('path', '')],
    description: 'The text at a JSON path; NULL where it is missing or a JSON null. Case counts in keys.',
    example: ['data', 'customer.address[0].city'],
    duckdb: ({ value, path }) => textAt(value, path),
    snowflake: ({ value, path }) => `cast(${node(value, path)} as varchar)`,
  }),
  json_number: macro({
    parameters: [sql('value'), path('path'), integer('precision', '38'), integer('scale', '0')],
    description:
      'The number at a JSON path as a decimal, half away from zero; numbers in quotes count, other text is an error.',
    example: ['data', 'amount', '14', '2'],
    duckdb: ({ value, path, precision, scale }) =>
      `cast(${textAt(value, path)} as decimal(${precision},${scale}))`,
    snowflake: ({ value, path, precision, scale }) =>
      `cast(${node(value, path)} as number(${precision},${scale}))`,
  }),
  json_boolean: macro({
    parameters: [sql('value'), path('path')],
    description: 'The boolean at a JSON path; "true" and "false" as text count.',
    example: ['data', 'is_test'],
    duckdb: ({ value, path }) => `cast(${textAt(value, path)} as boolean)`,
    snowflake: ({ value, path }) => `cast(${node(value, path)} as boolean)`,
  }),
  json_value: macro({
    parameters: [sql('value'), path('path')],
    description: 'The object, array or scalar at a JSON path, as JSON; a JSON null becomes NULL.',
    example: ['data', 'customer'],
    duckdb: ({ value, path }) =>
      `case when ${typeAt(value, path)} <> 'NULL' then json_extract(${value}, '${rootedPath(path)}') end`,
    snowflake: ({ value, path }) => `strip_null_value(${node(value, path)})`,
  }),
  json_kind: macro({
    parameters: [sql('value'), path('path', '')],
    description:
      'What stands at a JSON path: object, array, string, number, boolean or null; NULL where nothing does.',
    example: ['data', 'amount'],
    duckdb: ({ value, path }) => kindOf(typeAt(value, path), 'duckdb'),
    snowflake: ({ value, path }) => kindOf(`typeof(${node(value, path)})`, 'snowflake'),
  }),
  json_array_length: macro({
    parameters: [sql('value'), path('path', '')],
    description: 'The number of elements of the array at a JSON path; NULL where there is no array.',
    example: ['data', 'lines'],
    duckdb: ({ value, path }) =>
      `case when ${typeAt(value, path)} = 'ARRAY' then cast(json_array_length(${value}, '${rootedPath(path)}') as bigint) end`,
    snowflake: ({ value, path }) => `array_size(${node(value, path)})`,
  }),
  object_construct: macro({
    parameters: [variadic(sql('keys_and_values'))],
    description:
      "A JSON object of 'key', value, ...; members whose value is NULL are left out, keys stand in alphabetical order.",
    example: ["'id'", 'order_id', "'note'", 'note'],
    duckdb: ({ keys_and_values }) => duckdbObject(keys_and_values),
    snowflake: ({ keys_and_values }) => `object_construct(${keys_and_values.join(', ')})`,
  }),
  flatten: macro({
    parameters: [sql('value'), path('path'), name('alias'), boolean('outer', 'false')],
    description:
      'A join clause: one row an element of the array at a JSON path, as alias.index (from 0) and alias.value. Rows without elements fall out, unless outer.',
    example: ['o.data', 'lines', 'line'],
    duckdb: ({ value, path, alias, outer }) => {
      const rows = `(select cast(each.key as bigint) as index, each.value as value from json_each(${value}, '${rootedPath(path)}') as each where ${typeAt(value, path)} = 'ARRAY') as ${alias}`;
      return outer === 'true' ? `left join lateral ${rows} on true` : `cross join lateral ${rows}`;
    },
    snowflake: ({ value, path, alias, outer }) =>
      `cross join lateral flatten(input => ${node(value, path)}, outer => ${outer}, mode => 'ARRAY') as ${alias}`,
  }),
});
