import type { Dialect } from './dialect.ts';
import type { DialectMacro } from './macro.ts';
import { dialectMacros } from './macros.ts';
import { signature } from './parameters.ts';

const heading = `# Dialect macros

Generated from \`transforms/engine/dialect/\`; do not edit. A model calls them as \`{{ name(...) }}\` wherever Snowflake
and DuckDB spell something differently. The renderings are those of an example call. Every macro gives on DuckDB the
value that Snowflake documents; the truth tables are in \`test/unit/transforms/dialect/\`.

Arguments are SQL texts unless the parameter is a unit, name, path, pattern, format or zone. Values that are semi-structured
are VARIANT, OBJECT or ARRAY in Snowflake and JSON in DuckDB.
`;

/** The reference page of all dialect macros, as Markdown. */
export function dialectReference(): string {
  const all = Object.values(dialectMacros);
  const isDbt = (macro: DialectMacro): boolean => macro.name.startsWith('dbt.');
  return `${heading}
## Platform macros

${table(all.filter((each) => !isDbt(each)))}

## dbt's cross-database macros

Under dbt's names and argument names. Left out: \`get_intervals_between\` (it runs a query while compiling) and the
date lists of plain Jinja (\`dates_in_range\`, \`partition_range\`, \`py_current_timestring\`).

${table(all.filter(isDbt))}
`;
}

function table(macros: readonly DialectMacro[]): string {
  const rows = macros
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .map((each) =>
      row([
        code(`${each.name}(${signature(each.parameters)})`),
        cell(each.description),
        example(each, 'duckdb'),
        example(each, 'snowflake'),
      ]),
    );
  return [row(['macro', 'meaning', 'DuckDB', 'Snowflake']), row(['---', '---', '---', '---']), ...rows].join(
    '\n',
  );
}

function example(macro: DialectMacro, dialect: Dialect): string {
  return code(macro.render[dialect](macro.example));
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}

function code(text: string): string {
  const fence = text.includes('`') ? '``' : '`';
  return `${fence}${cell(text)}${fence}`;
}
