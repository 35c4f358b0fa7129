/** Texts and quoted names, kept as they are; or a stretch of comments and blanks. */
const pieces = /('(?:[^']|'')*'|"(?:[^"]|"")*"|\$\$[\s\S]*?\$\$)|(?:--[^\n]*|\/\*[\s\S]*?\*\/|\s)+/g;

/**
 * SQL without what does not change its meaning: comments and blanks become one blank. Where a text could hold an escape
 * that this does not know, nothing is left out: a difference too many costs a rebuild, one too few keeps wrong rows.
 */
export function canonicalSql(sql: string): string {
  if (sql.includes('\\') || sql.includes('//') || /\$\w+\$/.test(sql)) return sql;
  return sql.replaceAll(pieces, (_, text: string | undefined) => text ?? ' ').trim();
}
