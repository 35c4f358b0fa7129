/** Where a piece of a template stands in its file; line and column count from one, columns in code units. */
export interface Location {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** `file:line:column`, as editors and terminals recognise it. */
export function formatLocation(at: Location): string {
  return `${at.file}:${at.line}:${at.column}`;
}

/** The line an error stands on with the one before it and a caret under the column. */
export function codeFrame(
  lines: readonly string[],
  index: number,
  column: number,
  firstLine: number,
): string {
  const width = String(firstLine + index).length;
  const row = (at: number): string => `${String(firstLine + at).padStart(width)} | ${lines[at] ?? ''}`;
  const shown = index > 0 ? [row(index - 1), row(index)] : [row(index)];
  return [...shown, `${' '.repeat(width)} | ${' '.repeat(Math.max(0, column - 1))}^`].join('\n');
}

/** Turns offsets of one text into locations; offsets that grow are found without searching. */
export class Locator {
  readonly #file: string;
  readonly #starts: number[];
  readonly #startLine: number;
  readonly #startColumn: number;
  #last = 0;

  constructor(text: string, file: string, startLine = 1, startColumn = 1) {
    this.#file = file;
    this.#startLine = startLine;
    this.#startColumn = startColumn;
    this.#starts = [0];
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) this.#starts.push(at + 1);
  }

  at(offset: number): Location {
    const starts = this.#starts;
    if ((starts[this.#last] ?? 0) > offset) this.#last = 0;
    while (this.#last + 1 < starts.length && (starts[this.#last + 1] ?? 0) <= offset) this.#last += 1;
    const column = offset - (starts[this.#last] ?? 0) + (this.#last === 0 ? this.#startColumn : 1);
    return { file: this.#file, line: this.#startLine + this.#last, column };
  }
}
