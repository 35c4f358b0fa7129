import type { Dialect } from './dialect.ts';

interface TypeFamily {
  readonly names: readonly string[];
  readonly duckdb: string;
  readonly snowflake: string;
  /** What is written where the type has no arguments; '' where it takes none. */
  readonly arguments: 'kept' | 'snowflake-only' | 'none';
  readonly defaultArguments?: string;
  /** TRY_CAST takes no text for it, or each engine reads the text as something else. */
  readonly isNotTried?: true;
}

/**
 * Snowflake's types and what holds the same values in DuckDB. Where a name means less there, the wider one is
 * taken: INT is NUMBER(38,0) in Snowflake and 32 bits in DuckDB, FLOAT is 64 bits and 32, bare NUMERIC (38,0) and (18,3).
 */
const families: readonly TypeFamily[] = [
  {
    names: ['varchar', 'string', 'text', 'char', 'character'],
    duckdb: 'varchar',
    snowflake: 'varchar',
    arguments: 'snowflake-only',
  },
  {
    names: ['bigint', 'int', 'integer', 'smallint', 'tinyint', 'int64'],
    duckdb: 'bigint',
    snowflake: 'bigint',
    arguments: 'none',
  },
  {
    names: ['number', 'numeric', 'decimal'],
    duckdb: 'decimal',
    snowflake: 'number',
    arguments: 'kept',
    defaultArguments: '(38,0)',
  },
  {
    names: ['float', 'double', 'double precision', 'real', 'float8', 'float64'],
    duckdb: 'double',
    snowflake: 'float',
    arguments: 'none',
  },
  { names: ['boolean', 'bool'], duckdb: 'boolean', snowflake: 'boolean', arguments: 'none' },
  { names: ['date'], duckdb: 'date', snowflake: 'date', arguments: 'none' },
  { names: ['time'], duckdb: 'time', snowflake: 'time', arguments: 'none' },
  {
    names: ['timestamp', 'timestamp_ntz', 'datetime', 'timestamp without time zone'],
    duckdb: 'timestamp',
    snowflake: 'timestamp_ntz',
    arguments: 'none',
  },
  {
    names: ['timestamp_tz', 'timestamptz', 'timestamp_ltz', 'timestamp with time zone'],
    duckdb: 'timestamptz',
    snowflake: 'timestamp_tz',
    arguments: 'none',
  },
  { names: ['variant', 'json'], duckdb: 'json', snowflake: 'variant', arguments: 'none', isNotTried: true },
  { names: ['object'], duckdb: 'json', snowflake: 'object', arguments: 'none', isNotTried: true },
  { names: ['array'], duckdb: 'json', snowflake: 'array', arguments: 'none', isNotTried: true },
  {
    names: ['binary', 'varbinary', 'blob'],
    duckdb: 'blob',
    snowflake: 'binary',
    arguments: 'none',
    isNotTried: true,
  },
];

const byName: ReadonlyMap<string, TypeFamily> = new Map(
  families.flatMap((family) => family.names.map((each) => [each, family] as const)),
);

const shape = /^(?<name>[a-z_][a-z0-9_ ]*?)\s*(?<args>\(\s*\d+\s*(?:,\s*\d+\s*)?\))?$/;

/** Whether a text is a type under any name that either engine has for it, with its arguments or without. */
export function isSqlType(value: string): boolean {
  const name = shape.exec(value.trim().toLowerCase())?.groups?.['name'];
  return name !== undefined && byName.has(name);
}

/** Whether text can be tried as a type, NULL where it is none of it. */
export function isCastableType(value: string): boolean {
  const name = shape.exec(value.trim().toLowerCase())?.groups?.['name'] ?? '';
  return byName.get(name)?.isNotTried === undefined && byName.has(name);
}

/** The engine's name of a type given by any of its names; the text itself where it is no known type. */
export function sqlType(value: string, dialect: Dialect): string {
  const groups = shape.exec(value.trim().toLowerCase())?.groups;
  const family = byName.get(groups?.['name'] ?? '');
  if (family === undefined) return value;
  const args = (groups?.['args'] ?? family.defaultArguments ?? '').replaceAll(/\s/g, '');
  const isKept =
    family.arguments === 'kept' || (family.arguments === 'snowflake-only' && dialect === 'snowflake');
  return `${family[dialect]}${isKept ? args : ''}`;
}
