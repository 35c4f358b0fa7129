import { nearest } from '../../../lib/edit-distance.ts';
import type { Model } from '../project/model.ts';
import { templateWhere } from '../warehouse/template-place.ts';

/** What an error message of DuckDB's says of its place: `LINE 4: ...` and a caret below. */
const placePattern = /\n+LINE (\d+): ([^\n]*)\n( *)\^\s*$/;

/** SQL of a model's, as it stands in a statement that was sent. */
export interface SentSql {
  /** The statement but for its tag, which makes no line of its own. */
  readonly statement: string;
  /** The SQL in it that the model's template gave. */
  readonly rendered: string;
}

export interface Blame {
  readonly message: string;
  readonly where: string;
}

/** An error message with its place in the model's template, and the column that was probably meant. */
export function blameOf(model: Model, message: string, sent: SentSql | undefined): Blame {
  const said = saidIn(message);
  const offset = sent === undefined ? undefined : offsetIn(sent, message);
  if (sent === undefined || offset === undefined) return { message: said, where: model.file };
  const { where, compiledLine } = templateWhere(model, sent.rendered, offset);
  const lineStart = sent.rendered.lastIndexOf('\n', offset - 1) + 1;
  const code = (sent.rendered.slice(lineStart).split('\n')[0] ?? '').trim().slice(0, 120);
  const place = compiledLine === undefined ? '' : ` in compiled line ${compiledLine}`;
  return { message: `${said}${place}: ${code}`, where };
}

/** The message in one line, with the column that was probably meant instead of all that could have been. */
function saidIn(message: string): string {
  const [head = message] = message.split(placePattern);
  const hint = hintOf(head);
  const said = hint === '' ? head : (head.split(/\n+Candidate bindings/)[0] ?? head);
  return said.trim().replaceAll(/\s*\n\s*/g, ' ') + hint;
}

/** Offset in the rendered SQL that a message points at; undefined where it points at none, or beside the SQL. */
function offsetIn({ statement, rendered }: SentSql, message: string): number | undefined {
  const [, number, shown = '', indent = ''] = placePattern.exec(message) ?? [];
  if (number === undefined) return undefined;
  const lines = statement.split('\n');
  const before = lines.slice(0, Number(number) - 1).join('\n').length + (Number(number) > 1 ? 1 : 0);
  const line = lines[Number(number) - 1] ?? '';
  // A long line is shown in part, between dots.
  const part = shown.replace(/^\.\.\.|\.\.\.$/g, '');
  const cut = shown.startsWith('...') ? 3 : 0;
  const caret = indent.length - `LINE ${number}: `.length - cut;
  const start = statement.indexOf(rendered);
  const column = Math.max(0, line.indexOf(part)) + Math.max(0, caret);
  const offset = before + column - start;
  return start < 0 || offset < 0 || offset >= rendered.length ? undefined : offset;
}

/** DuckDB names the columns that could have been meant, the likeliest not always first. */
function hintOf(message: string): string {
  const candidates = /Candidate bindings: (.*)/.exec(message)?.[1];
  const missing =
    /(?:does not have a column named|Referenced column) "([^"]+)"/.exec(message)?.[1] ?? undefined;
  if (candidates === undefined || missing === undefined) return '';
  const names = [...candidates.matchAll(/"([^"]+)"/g)].map(([, name = '']) => name.split('.').at(-1) ?? name);
  const near = nearest(missing, names) ?? names[0];
  return near === undefined ? '' : `; did you mean ${near}?`;
}
