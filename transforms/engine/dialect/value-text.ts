import type { Dialect } from './dialect.ts';

/** How a timestamp is written wherever it becomes text: always six digits, so that no two of a millisecond are one. */
const micros: Readonly<Record<Dialect, (at: string) => string>> = {
  duckdb: (at) => `strftime(${at}, '%Y-%m-%d %H:%M:%S.%f')`,
  snowflake: (at) => `to_char(${at}, 'YYYY-MM-DD HH24:MI:SS.FF6')`,
};

/** Types whose text is the same in both engines, or is made so here. */
export const keyTypes: Readonly<Record<string, (value: string, dialect: Dialect) => string>> = {
  text: (value) => `cast(${value} as varchar)`,
  integer: (value, dialect) =>
    `cast(cast(${value} as ${dialect === 'duckdb' ? 'bigint' : 'number(38,0)'}) as varchar)`,
  boolean: (value) => `case when ${value} then 'true' when not (${value}) then 'false' end`,
  date: (value, dialect) =>
    dialect === 'duckdb' ? `cast(cast(${value} as date) as varchar)` : `to_char(${value}, 'YYYY-MM-DD')`,
  timestamp: (value, dialect) =>
    micros[dialect](`cast(${value} as ${dialect === 'duckdb' ? 'timestamp' : 'timestamp_ntz'})`),
};

/** Needs no look at its type: a text, or what `key_text` made one. */
const isTextAlready = /^(?:'(?:[^']|'')*'|(?:strftime|to_char)\(.*\))$/s;

/** A timestamp by way of its text: SQL that casts a number to a timestamp does not even bind. */
function microsOfAny(text: string): string {
  return micros.duckdb(`try_cast(${text} as timestamp)`);
}

/**
 * A value of any type as text. A timestamp is written as Snowflake does in a session of ours (sessionParameters);
 * the branches that a type rules out cost nothing, since DuckDB drops them before it runs anything.
 */
export function valueText(value: string, dialect: Dialect): string {
  const text = `cast(${value} as varchar)`;
  if (dialect === 'snowflake' || isTextAlready.test(value)) return text;
  return `case typeof(${value}) when 'TIMESTAMP' then ${microsOfAny(text)} else ${text} end`;
}

/** Types whose text holds neither ~ nor |. */
const plainTypes = "'BIGINT', 'INTEGER', 'HUGEINT', 'DATE', 'BOOLEAN'";

/** The delimiter and its escape, escaped; DuckDB is so slow at it that it looks first. */
function escaped(value: string, dialect: Dialect): string {
  const text = `cast(${value} as varchar)`;
  const replaced = `replace(replace(${text}, '~', '~~'), '|', '~|')`;
  if (dialect === 'snowflake') return replaced;
  return [
    `case when typeof(${value}) = 'TIMESTAMP' then ${microsOfAny(text)}`,
    `when typeof(${value}) in (${plainTypes}) then ${text}`,
    `when contains(${text}, '~') or contains(${text}, '|') then ${replaced} else ${text} end`,
  ].join(' ');
}

/** Parts as one text that no other parts give: `a|b` and `c` differ from `a` and `b|c`, NULL from any text. */
export function joinedParts(parts: readonly string[], dialect: Dialect): string {
  return parts.map((part) => `coalesce(${escaped(part, dialect)}, '~null~')`).join(" || '|' || ");
}
