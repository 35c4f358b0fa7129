import type { CatalogColumn } from './catalog.ts';
import { refused } from './refused.ts';
import { tokensOf } from './scan.ts';

const upperCase = /^[^a-z]*$/;

/**
 * DuckDB does not look at the case of columns' names, Snowflake does: a name that is a column's but for its case is none.
 * What is written after AS is a new name.
 */
export function mustMatchInCase(
  sql: string,
  ignoreQuotedCase: boolean,
  relations: readonly (readonly CatalogColumn[])[],
): void {
  const exact = new Set(relations.flatMap((columns) => columns.map(({ name }) => name)));
  if (ignoreQuotedCase && [...exact].every((name) => upperCase.test(name))) return;
  const inAnyCase = new Set([...exact].map((name) => name.toLowerCase()));
  let isNew = false;
  for (const { kind, text } of tokensOf(sql)) {
    const name = kind === 'quoted' && ignoreQuotedCase ? text.toUpperCase() : text;
    const isName = kind === 'quoted' || kind === 'word';
    if (isName && !isNew && !exact.has(name) && inAnyCase.has(name.toLowerCase()))
      throw refused('invalidIdentifier', `'"${name}"'`);
    if (isName && isNew) exact.add(name);
    isNew = kind === 'word' && text === 'AS';
  }
}
