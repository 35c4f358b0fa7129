/** One statement of a text, and how many `?` stand in it. */
export interface SplitStatement {
  readonly sql: string;
  readonly placeholders: number;
}

/** Comments; then quotes with their doubled ends, and dollar quotes: what hides semicolons and placeholders. */
const comments = /--[^\n]*|\/\/[^\n]*|\/\*[\s\S]*?\*\//;
const quotes = /'(?:[^'\\]|\\.|'')*'|"(?:[^"]|"")*"|\$\$[\s\S]*?\$\$/;
const pieces = new RegExp(`(?:${comments.source}|${quotes.source})|(;)|(\\?)`, 'gs');

/** A request's text as the statements in it; what is only blanks and comments is none. */
export function splitStatements(text: string): SplitStatement[] {
  const statements: SplitStatement[] = [];
  let start = 0;
  let placeholders = 0;
  const push = (end: number): void => {
    const sql = text.slice(start, end).trim();
    if (!isEmpty(sql)) statements.push({ sql, placeholders });
    start = end + 1;
    placeholders = 0;
  };
  for (const { index, 1: semicolon, 2: placeholder } of text.matchAll(pieces)) {
    if (semicolon !== undefined) push(index);
    if (placeholder !== undefined) placeholders += 1;
  }
  push(text.length);
  return statements;
}

function isEmpty(sql: string): boolean {
  return sql.replaceAll(new RegExp(comments.source, 'g'), '').trim() === '';
}
