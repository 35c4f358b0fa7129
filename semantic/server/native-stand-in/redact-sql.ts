/**
 * A statement for the log, with the content of string literals replaced. Handles doubled quotes, E'' escapes and
 * dollar quoting; identifiers in double quotes and comments stay as they are.
 */
export function redactSqlLiterals(sql: string): string {
  return sql.replaceAll(token, (text) => (isLiteral(text) ? "'redacted'" : text));
}

// One alternative each: comments, identifiers, escape strings, plain strings, dollar-quoted strings. An unclosed
// string runs to the end: better too much hidden than too little.
const token =
  /--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|"(?:[^"]|"")*"?|[eE]'(?:[^'\\]|\\[\s\S]|'')*'?|'(?:[^']|'')*'?|\$([A-Za-z_]\w*)?\$[\s\S]*?(?:\$\1\$|$)/g;

function isLiteral(text: string): boolean {
  return /^(?:[eE]?'|\$)/.test(text);
}
