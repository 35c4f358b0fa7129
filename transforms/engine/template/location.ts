/** A place in a template: 1-based line and column. */
export interface Location {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** `file:line:column`, as editors and terminals link it. */
export function formatLocation(at: Location): string {
  return `${at.file}:${at.line}:${at.column}`;
}

/** Line and column of a character offset. */
export function locate(file: string, text: string, offset: number): Location {
  const before = text.slice(0, offset);
  const line = before.split('\n').length;
  return { file, line, column: offset - before.lastIndexOf('\n') };
}
