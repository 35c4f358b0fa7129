/** A pattern of Python as JavaScript spells it. */
export interface Translated {
  readonly source: string;
  /** JavaScript's letters for the flags that stand in the pattern. */
  readonly flags: ReadonlySet<string>;
}

const INLINE = /^\(\?([aiLmsux]+)\)/;
const NAMES = /^\(\?P<|^\(\?P=(\w+)\)|^\(\?#[^)]*\)/;
const COUNT = /^\{(?:\d+(?:,\d*)?|,\d+)\}/;

/** What is written with a backslash in Python and has another spelling, or needs none. */
const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['A', '(?<![\\s\\S])'],
  ['Z', '(?![\\s\\S])'],
  ['a', '\\x07'],
]);

/** Reads a pattern of Python's `re`; what has no counterpart is left for JavaScript to refuse. */
export function translatePattern(pattern: string, isVerbose: boolean): Translated {
  const flags = new Set<string>();
  let rest = pattern;
  for (let found = INLINE.exec(rest); found !== null; found = INLINE.exec(rest)) {
    for (const letter of found[1] ?? '') flags.add(letter);
    rest = rest.slice(found[0].length);
  }
  const skipsBlanks = isVerbose || flags.has('x');
  const known = new Set([...flags].filter((letter) => 'ims'.includes(letter)));
  return { source: translate(rest, skipsBlanks), flags: known };
}

function translate(pattern: string, skipsBlanks: boolean): string {
  let out = '';
  for (let at = 0; at < pattern.length;) {
    const char = pattern.charAt(at);
    if (char === '[') {
      const end = classEnd(pattern, at);
      out += classText(pattern.slice(at, end));
      at = end;
    } else if (char === '\\') {
      out += escaped(pattern.charAt(at + 1));
      at += 2;
    } else if (skipsBlanks && /\s/.test(char)) at += 1;
    else if (skipsBlanks && char === '#') at = lineEnd(pattern, at);
    else {
      const [text, length] = plain(pattern, at);
      out += text;
      at += length;
    }
  }
  return out;
}

/** Groups by name, comments, and brackets that stand for themselves. */
function plain(pattern: string, at: number): readonly [string, number] {
  const rest = pattern.slice(at, at + 200);
  const named = NAMES.exec(rest);
  if (named !== null) {
    if (named[1] !== undefined) return [`\\k<${named[1]}>`, named[0].length];
    return [named[0].startsWith('(?P<') ? '(?<' : '', named[0].length];
  }
  const count = COUNT.exec(rest)?.[0];
  if (count !== undefined) return [count.replace('{,', '{0,'), count.length];
  const char = pattern.charAt(at);
  return ['{}]'.includes(char) ? `\\${char}` : char, 1];
}

function escaped(char: string): string {
  const known = ESCAPES.get(char);
  if (known !== undefined) return known;
  if (/[\w^$\\.*+?()[\]{}|/]/.test(char)) return `\\${char}`;
  // Punctuation that JavaScript does not want to see escaped.
  return char;
}

function lineEnd(pattern: string, from: number): number {
  const at = pattern.indexOf('\n', from);
  return at < 0 ? pattern.length : at + 1;
}

/** Behind the closing bracket of a set; one right at its start stands for itself. */
function classEnd(pattern: string, start: number): number {
  let at = start + (pattern.charAt(start + 1) === '^' ? 2 : 1);
  if (pattern.charAt(at) === ']') at += 1;
  for (; at < pattern.length && pattern.charAt(at) !== ']'; at += 1) if (pattern.charAt(at) === '\\') at += 1;
  return at + 1;
}

function classText(text: string): string {
  const isNegated = text.startsWith('[^');
  const head = isNegated ? '[^' : '[';
  const body = text.slice(head.length, -1);
  const safe = body.startsWith(']') ? `\\${body}` : body;
  const plainEscapes = safe.replaceAll(/\\([^\w\s^$\\.*+?()[\]{}|/-])/g, '$1');
  // Alone at an end, or behind a class of characters, a hyphen is itself; JavaScript refuses the latter.
  return `${head}${plainEscapes.replaceAll(/(\\[wdsWDS])-/g, '$1\\-').replaceAll(/-(?=\\[wdsWDS])/g, '\\-')}]`;
}
