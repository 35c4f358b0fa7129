/** One token of an expression; `end` is the offset after it. */
export interface Token {
  readonly kind: 'string' | 'number' | 'name' | 'symbol' | 'end';
  /** A string's value without quotes and escapes; otherwise the source text. */
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

const patterns = [
  { kind: 'string', pattern: /"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'/y },
  { kind: 'number', pattern: /-?\d+(?:\.\d+)?/y },
  { kind: 'name', pattern: /[A-Za-z_][A-Za-z0-9_]*/y },
  { kind: 'symbol', pattern: /\}\}|[()[\]{},:=]|\S/y },
] as const;

const blank = /\s*/y;

/** The token at or after `position`. */
export function nextToken(source: string, position: number): Token {
  blank.lastIndex = position;
  const start = position + (blank.exec(source)?.[0].length ?? 0);
  for (const { kind, pattern } of patterns) {
    pattern.lastIndex = start;
    const match = pattern.exec(source);
    if (match === null) continue;
    const text = kind === 'string' ? unescape(match[1] ?? match[2] ?? '') : match[0];
    return { kind, text, start, end: pattern.lastIndex };
  }
  return { kind: 'end', text: '', start, end: start };
}

const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t' };

function unescape(text: string): string {
  return text.replaceAll(/\\(.)/g, (_, character: string) => escapes[character] ?? character);
}
