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
  const pieces = (text.match(options.breakOnHyphens ? PIECES : SIMPLE_PIECES) ?? []).map(
    (piece): Piece => new Piece(Array.from(piece)),
  );
  const lines: string[] = [];
  pieces.reverse();
  while (pieces.length > 0) {
    if (lines.length > 0 && isBlank(pieces.at(-1))) pieces.pop();
    const line = fillLine(pieces, options);
    if (isBlank(line.at(-1))) line.pop();
    if (line.length > 0) lines.push(line.map((piece) => piece.text()).join(''));
  }
  return lines;
}

/** A run of characters of which a part may be used up; taking from it copies nothing of the rest. */
class Piece {
  readonly #chars: readonly string[];
  readonly #from: number;
  readonly #to: number;

  constructor(chars: readonly string[], from = 0, to = chars.length) {
    this.#chars = chars;
    this.#from = from;
    this.#to = to;
  }
  get length(): number {
    return this.#to - this.#from;
  }
  /** What `slice` of the run would be. */
  part(from: number, to = this.length): Piece {
    const clamped = to < 0 ? Math.max(0, this.length + to) : Math.min(to, this.length);
    return new Piece(this.#chars, this.#from + from, this.#from + Math.max(from, clamped));
  }
  chars(): readonly string[] {
    return this.#chars.slice(this.#from, this.#to);
  }
  text(): string {
    return this.chars().join('');
  }
}

function isBlank(piece: Piece | undefined): boolean {
  if (piece === undefined || piece.length === 0) return piece !== undefined;
  // A long word is no run of blanks: its first character says so.
  return isSpace(piece.part(0, 1).text()) && piece.chars().every(isSpace);
}

/** Takes what fits on one line off the end of `pieces`. */
function fillLine(pieces: Piece[], options: WrapOptions): Piece[] {
  const line: Piece[] = [];
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
    if (line.length === 0) line.push(pieces.pop() ?? new Piece([]));
    return line;
  }
  const room = Math.max(1, options.width) - used;
  const end = breakPoint(long, room, options.breakOnHyphens);
  line.push(long.part(0, end));
  pieces[pieces.length - 1] = long.part(Math.min(end, long.length));
  return line;
}

/** Behind the last hyphen that fits, if anything but hyphens stands before it. */
function breakPoint(piece: Piece, room: number, atHyphens: boolean): number {
  if (!atHyphens || piece.length <= room) return room;
  const head = piece.part(0, Math.max(0, room)).chars();
  const hyphen = head.lastIndexOf('-');
  return hyphen > 0 && head.slice(0, hyphen).some((char) => char !== '-') ? hyphen + 1 : room;
}
