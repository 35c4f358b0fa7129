import { readFile } from 'node:fs/promises';

/** The statements of a file: one after the other, for a warehouse that takes one at a time. Comments are whole lines. */
export function statementsOf(sql: string): readonly string[] {
  return sql
    .replaceAll(/^\s*--.*$/gm, '')
    .split(';')
    .map((statement) => statement.trim())
    .filter((statement) => statement !== '');
}

/** The marts that the metric model reads, with the columns and types of the real ones. */
export const readMartsSql = (): Promise<string> => readFile(new URL('marts.sql', import.meta.url), 'utf8');

/** A small shop in them, by which the golden answers were worked out. */
export const readShopSql = (): Promise<string> => readFile(new URL('shop.sql', import.meta.url), 'utf8');
