import { properties } from './properties.ts';
import { refused } from './refused.ts';
import { tokensOf } from './scan.ts';
import type { ObjectName, Scan } from './scan.ts';
import { readStagePath } from './stage-commands.ts';
import type { StagePath } from './stages.ts';
import type { Work } from './work.ts';

/** A COPY INTO table, read. */
export interface CopyParts {
  readonly target: ObjectName;
  readonly columns: readonly string[] | undefined;
  readonly source: StagePath;
  /** The query over the files, in which `COPY_SOURCE` stands for them; undefined for COPY straight from a stage. */
  readonly query: string | undefined;
  /** Named files, below the source's path. */
  readonly files: readonly string[] | undefined;
  readonly pattern: RegExp | undefined;
  readonly force: boolean;
  readonly compression: string;
}

/** The name by which the query knows its files. */
export const copySource = 'COPY_SOURCE';

/** Reads a COPY after its INTO. */
export function copyParts(work: Work, scan: Scan): CopyParts {
  if (scan.peek()?.kind === 'stage') throw refused('unsupported', 'COPY into a stage');
  const target = scan.name();
  const columns = scan.sees('(') ? scan.names() : undefined;
  scan.must('from');
  const { source, query } = scan.sees('(')
    ? ofQuery(work, scan)
    : { source: readStagePath(work, scan), query: undefined };
  const given = properties(scan);
  scan.mustEnd();
  const unknown = [...given.keys()].find((name) => !options.has(name));
  if (unknown !== undefined) throw refused('unsupported', `COPY with ${unknown}`);
  const onError = given.get('ON_ERROR') ?? 'ABORT_STATEMENT';
  if (onError.toUpperCase() !== 'ABORT_STATEMENT') throw refused('unsupported', `ON_ERROR = ${onError}`);
  return {
    target,
    columns,
    source,
    query,
    files: texts(given.get('FILES')),
    pattern: given.has('PATTERN') ? new RegExp(`^(?:${given.get('PATTERN') ?? ''})$`) : undefined,
    force: given.get('FORCE')?.toUpperCase() === 'TRUE',
    compression: compression(work, given.get('FILE_FORMAT') ?? ''),
  };
}

const options = new Set(['FILES', 'PATTERN', 'FORCE', 'ON_ERROR', 'FILE_FORMAT']);

function texts(list: string | undefined): string[] | undefined {
  return list === undefined
    ? undefined
    : tokensOf(list).flatMap(({ kind, text }) => (kind === 'string' ? [text] : []));
}

/** JSON lines are what the double reads; how a file is packed is told, or told by its name. */
function compression(work: Work, format: string): string {
  const scan = work.session.scan(format);
  const given = properties(scan);
  const name = given.get('FORMAT_NAME');
  const all = name === undefined ? given : formatNamed(work, name);
  if (all.get('TYPE')?.toUpperCase() !== 'JSON')
    throw refused('unsupported', `FILE_FORMAT TYPE ${all.get('TYPE') ?? 'CSV'}`);
  if (all.get('STRIP_OUTER_ARRAY')?.toUpperCase() === 'TRUE')
    throw refused('unsupported', 'STRIP_OUTER_ARRAY');
  return (all.get('COMPRESSION') ?? 'auto').toLowerCase();
}

function formatNamed({ engine, session }: Work, name: string): ReadonlyMap<string, string> {
  const full = engine.catalog.full(session.scan(name).name(), session);
  return engine.objects.must('FILE FORMAT', full).properties;
}

/** `(select $1:a ... from @stage/path [alias])`: the stage gives way to a name, and $1 to a column of it. */
function ofQuery(work: Work, scan: Scan): { source: StagePath; query: string } {
  const inner = work.session.scan(scan.bracketed());
  const items = inner.textUntil('from');
  inner.must('from');
  const source = readStagePath(work, inner);
  if (inner.sees('(')) throw refused('unsupported', 'a FILE_FORMAT within the query of COPY');
  inner.takes('as');
  const alias = inner.isAtEnd ? '_source' : inner.identifier();
  inner.mustEnd();
  return { source, query: `${withColumns(items)} from ${copySource} as ${alias}` };
}

function withColumns(items: string): string {
  let text = '';
  let end = 0;
  for (const token of tokensOf(items)) {
    const isColumn =
      token.kind === 'variable' || (token.kind === 'word' && token.text.startsWith('METADATA$'));
    if (!isColumn) continue;
    text += `${items.slice(end, token.start)}"${token.text.toUpperCase()}"`;
    end = token.end;
  }
  return text + items.slice(end);
}
