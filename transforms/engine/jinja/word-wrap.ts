import { fail } from './errors.ts';
import { isSpace } from './text.ts';

export interface WrapOptions {
  readonly width: number;
  readonly breakLongWords: boolean;
  readonly breakOnHyphens: boolean;
}

// Pieces that stay whole: blanks, dashes between words, words with their hyphen, words.
const PIECES =
  /[\t\n\v\f\r ]+|(?<=[\p{L}\p{N}_!"'&.,?])-{2,}(?=[\p{L}\p{N}_])|[^\t\n\v\f\r ]+?(?:-(?:(?<=[\p{L}_]{2}-)|(?<=[\p{L}_]-[\p{L}_]-))(?=[\p{L}_]-?[\p{L}_])|(?=[\t\n\v\f\r ]|$)|(?<=[\p{L}\p{N}_!"'&.,?])(?=-{2,}[\p{L}\p{N}_]))/gu;
const SIMPLE_PIECES = /[\t\n\v\f\r ]+|[^\t\n\v\f\r ]+/g;

/** Wraps one paragraph as Python's `textwrap.wrap` does, tabs and blanks kept. */
export function wrapText(text: string, options: WrapOptions): string[] {
  if (options.width <= 0) fail('JINJA_ARGUMENTS', `a text cannot be wrapped at ${options.width} characters`);
  const pieces = (text.match(options.breakOnHyphens ? PIECES : SIMPLE_PIECES) ?? []).map((piece) =>
    Array.from(piece),
  );
  const lines: string[] = [];
  pieces.reverse();
  while (pieces.length > 0) {
    if (lines.length > 0 && isBlank(pieces.at(-1))) pieces.pop();
    const line = fillLine(pieces, options);
    if (isBlank(line.at(-1))) line.pop();
    if (line.length > 0) lines.push(line.map((piece) => piece.join('')).join(''));
  }
  return lines;
}

function isBlank(piece: readonly string[] | undefined): boolean {
  return piece !== undefined && piece.every(isSpace);
}

/** Takes what fits on one line off the end of `pieces`. */
function fillLine(pieces: string[][], options: WrapOptions): string[][] {
  const line: string[][] = [];
  let used = 0;
  for (
    let next = pieces.at(-1);
    next !== undefined && used + next.length <= options.width;
    next = pieces.at(-1)
  ) {
    line.push(next);
    used += next.length;
    pieces.pop();
  }
  const long = pieces.at(-1);
  if (long === undefined || long.length <= options.width) return line;
  if (!options.breakLongWords) {
    if (line.length === 0) line.push(pieces.pop() ?? []);
    return line;
  }
  const room = Math.max(1, options.width) - used;
  const end = breakPoint(long, room, options.breakOnHyphens);
  line.push(long.slice(0, end));
  pieces[pieces.length - 1] = long.slice(end);
  return line;
}

/** Behind the last hyphen that fits, if anything but hyphens stands before it. */
function breakPoint(piece: readonly string[], room: number, atHyphens: boolean): number {
  if (!atHyphens || piece.length <= room) return room;
  const hyphen = piece.slice(0, Math.max(0, room)).lastIndexOf('-');
  return hyphen > 0 && piece.slice(0, hyphen).some((char) => char !== '-') ? hyphen + 1 : room;
}
