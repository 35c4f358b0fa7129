/** A template whose text became SQL. */
export interface TemplateSource {
  /** What it is to people, such as a model's name. */
  readonly name: string;
  readonly file: string;
  /** Its text; undefined where `file` says it as exactly as it can be said. */
  readonly rawCode?: string | undefined;
}

export interface TemplatePlace {
  readonly where: string;
  /** Line of the rendered SQL; undefined where the template's own line is known. */
  readonly compiledLine: number | undefined;
}

/**
 * Where a character of rendered SQL stands in its template: `file:line:column` where its line can be told, else the
 * file, with the line of the rendered SQL.
 */
export function templateWhere(source: TemplateSource, sql: string, offset: number): TemplatePlace {
  if (source.rawCode === undefined) return { where: source.file, compiledLine: undefined };
  const before = sql.slice(0, offset).split('\n');
  const index = before.length - 1;
  const rendered = sql.split('\n');
  const raw = source.rawCode.split('\n');
  const line = lineInTemplate(raw, rendered, index);
  if (line === undefined) return { where: `${source.file}:1`, compiledLine: index + 1 };
  const column = columnInTemplate(raw[line] ?? '', rendered[index] ?? '', before.at(-1)?.length ?? 0);
  return {
    where: `${source.file}:${line + 1}${column === undefined ? '' : `:${column}`}`,
    compiledLine: undefined,
  };
}

/**
 * A line that was written once and rendered once, as it is, is itself. Any other is counted, which only holds where no
 * block and no expression has made more or fewer lines than it takes.
 */
function lineInTemplate(
  raw: readonly string[],
  rendered: readonly string[],
  index: number,
): number | undefined {
  const text = (rendered[index] ?? '').trim();
  const isText = (line: string): boolean => line.trim() === text;
  const place = raw.findIndex(isText);
  const isOnce = place >= 0 && raw.filter(isText).length === 1 && rendered.filter(isText).length === 1;
  if (isOnce && text !== '') return place;
  const code = raw.join('\n');
  if (code.includes('{%')) return undefined;
  // Rendering trims.
  const skipped = code.length - code.trimStart().length;
  const leading = code.slice(0, skipped).split('\n').length - 1;
  return code.trim().split('\n').length === rendered.length ? index + leading : undefined;
}

/** Rendering trims the first line, and what an expression gives is of another length. */
function columnInTemplate(raw: string, rendered: string, offset: number): number | undefined {
  const start = raw.indexOf(rendered.trim());
  if (start < 0) return undefined;
  return start + offset - (rendered.length - rendered.trimStart().length) + 1;
}
