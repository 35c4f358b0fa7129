import type { CopyStmt, Node } from 'libpg-query';
import type { Field, Prepared } from '../engine.ts';
import { parseSql } from '../parse.ts';
import type { ParsedStatement } from '../parse.ts';
import { SqlError } from '../sql-error.ts';
import type { Command, CopyOut } from './command.ts';
import type { SessionContext } from './session-context.ts';
import { binaryCopy, textCopy } from './copy-format.ts';
import type { CopyText } from './copy-format.ts';
import { statementInParentheses } from './inner-statement.ts';
import { constant } from './setting-commands.ts';

/** COPY of a query or a view to the client. Throws SqlError for every other direction. */
export async function copyCommand(
  copy: CopyStmt,
  statement: ParsedStatement,
  types: readonly number[],
  context: SessionContext,
): Promise<Command> {
  refuseOthers(copy);
  const options = optionsOf(copy.options ?? []);
  const prepared: Prepared = await context.prepare(sourceOf(copy, statement), types);
  const out = writer(options, prepared.fields ?? []);
  return {
    parameterTypes: prepared.parameterTypes,
    fields: undefined,
    run: async (binding) => ({
      kind: 'copy',
      rows: await prepared.open({ ...binding, resultFormats: [out.format] }),
      copy: out,
    }),
  };
}

function refuseOthers({ is_from: isFrom, filename, is_program: isProgram, query }: CopyStmt): void {
  if (isFrom === true)
    throw new SqlError({
      code: '25006',
      message: 'cannot execute COPY FROM in a read-only transaction',
      hint: 'Nothing is written over the SQL API; marts are made by the models.',
    });
  if (filename !== undefined || isProgram === true)
    throw new SqlError({
      code: '42501',
      message: 'COPY to a file or a program of the server is not allowed',
      hint: 'Use COPY ... TO STDOUT, or \\copy of psql.',
    });
  if (query !== undefined && !('SelectStmt' in query))
    throw new SqlError({ code: '25006', message: 'cannot execute COPY of a statement that writes' });
}

function sourceOf({ query, relation, attlist = [] }: CopyStmt, statement: ParsedStatement): ParsedStatement {
  if (query !== undefined) return statementInParentheses(statement);
  const names = [relation?.catalogname, relation?.schemaname, relation?.relname];
  const from = names.flatMap((name) => (name === undefined ? [] : [quoted(name)])).join('.');
  const columns = attlist.flatMap((each) => ('String' in each ? [quoted(each.String.sval ?? '')] : []));
  const [parsed] = parseSql(`SELECT ${columns.length === 0 ? '*' : columns.join(', ')} FROM ${from}`);
  if (parsed === undefined) throw new SqlError({ code: '42601', message: 'there is nothing to copy' });
  return parsed;
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** Options by name, as they were written; lists of columns as lists. */
interface Options {
  readonly texts: ReadonlyMap<string, string>;
  /** `*` for all. */
  readonly forced: readonly string[] | '*';
}

const known = new Set([
  'format',
  'delimiter',
  'null',
  'header',
  'quote',
  'escape',
  'force_quote',
  'encoding',
]);

function optionsOf(nodes: readonly Node[]): Options {
  const texts = new Map<string, string>();
  let forced: readonly string[] | '*' = [];
  for (const node of nodes) {
    if (!('DefElem' in node)) continue;
    const { defname = '', arg } = node.DefElem;
    if (!known.has(defname))
      throw new SqlError({ code: '42601', message: `option "${defname}" is not one of COPY TO STDOUT` });
    if (texts.has(defname))
      throw new SqlError({ code: '42601', message: 'conflicting or redundant options' });
    texts.set(defname, constant(arg) ?? 'true');
    if (defname === 'force_quote') forced = forcedOf(arg);
  }
  return { texts, forced };
}

function forcedOf(arg: Node | undefined): readonly string[] | '*' {
  if (arg === undefined || !('List' in arg)) return '*';
  return (arg.List.items ?? []).flatMap((each) => ('String' in each ? [each.String.sval ?? ''] : []));
}

function writer({ texts, forced }: Options, fields: readonly Field[]): CopyOut {
  const kind = texts.get('format')?.toLowerCase() ?? 'text';
  if (kind === 'binary') {
    const [other] = [...texts.keys()].filter((name) => name !== 'format' && name !== 'encoding');
    if (other !== undefined) throw invalid(`cannot specify ${other.toUpperCase()} in BINARY mode`);
    return binaryCopy(fields.length);
  }
  if (kind !== 'text' && kind !== 'csv')
    throw new SqlError({ code: '22023', message: `COPY format "${kind}" not recognized` });
  const isCsv = kind === 'csv';
  if (!isCsv && ['quote', 'escape', 'force_quote'].some((name) => texts.has(name)))
    throw new SqlError({ code: '0A000', message: 'COPY QUOTE, ESCAPE and FORCE_QUOTE require CSV mode' });
  const encoding = texts.get('encoding');
  if (encoding !== undefined && !/^utf-?8$/i.test(encoding))
    throw new SqlError({ code: '22023', message: `encoding "${encoding}" is not supported: texts are UTF8` });
  const names = fields.map(({ name }) => name);
  const [stranger] = forced === '*' ? [] : forced.filter((name) => !names.includes(name));
  if (stranger !== undefined)
    throw new SqlError({ code: '42703', message: `column "${stranger}" does not exist` });
  const quote = oneByte(texts.get('quote') ?? '"', 'quote');
  const options: CopyText = {
    kind,
    delimiter: oneByte(texts.get('delimiter') ?? (isCsv ? ',' : '\t'), 'delimiter'),
    nullText: texts.get('null') ?? (isCsv ? '' : '\\N'),
    hasHeader: isTrue(texts.get('header') ?? 'false'),
    quote,
    escape: oneByte(texts.get('escape') ?? quote, 'escape'),
    isForced: (column) => forced === '*' || forced.includes(names[column] ?? ''),
  };
  refuseAmbiguous(options);
  return textCopy(names, options);
}

/** What could not be read back. */
function refuseAmbiguous({ kind, delimiter, nullText, quote }: CopyText): void {
  if (/[\n\r]/.test(delimiter + nullText)) throw invalid('delimiter and null cannot contain a line break');
  if (nullText.includes(delimiter))
    throw invalid('delimiter character must not appear in the NULL specification');
  if (kind === 'csv' && delimiter === quote) throw invalid('delimiter and quote must be different');
  if (kind === 'csv' && nullText.includes(quote))
    throw invalid('quote character must not appear in the NULL specification');
  if (kind === 'text' && /[\\.a-z0-9]/.test(delimiter)) throw invalid(`delimiter cannot be "${delimiter}"`);
}

function oneByte(value: string, name: string): string {
  if (value.length === 1 && value.charCodeAt(0) < 128) return value;
  throw new SqlError({ code: '0A000', message: `COPY ${name} must be a single one-byte character` });
}

function isTrue(value: string): boolean {
  const told = value.toLowerCase();
  if (['true', 'on', '1'].includes(told)) return true;
  if (['false', 'off', '0'].includes(told)) return false;
  throw new SqlError({ code: '42601', message: `header cannot be "${value}"` });
}

function invalid(message: string): SqlError {
  return new SqlError({ code: '22023', message });
}
