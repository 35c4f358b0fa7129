import { quoteIdentifier, quoteLiteral } from '../../../../warehouse/sql-text.ts';
import { SqlRefused } from '../contract.ts';
import type { Column, Outcome, WireValue } from '../contract.ts';
import type { Load, Table } from './catalog.ts';
import { copyParts, copySource } from './copy-parts.ts';
import type { CopyParts } from './copy-parts.ts';
import { refused } from './refused.ts';
import type { Scan } from './scan.ts';
import type { StagedFile } from './stages.ts';
import type { Transaction } from './transaction.ts';
import type { TranslateContext } from './translator.ts';
import { numberColumn, textColumn } from './work.ts';
import type { Work } from './work.ts';
import { write } from './writing.ts';
import type { Writing } from './writing.ts';

/** How long COPY remembers what it has loaded. */
const memoryMs = 64 * 86_400_000;

/** The most that a VARIANT takes. */
const longestLine = 16_777_216;

const resultColumns: readonly Column[] = [
  textColumn('file'),
  textColumn('status'),
  numberColumn('rows_parsed'),
  numberColumn('rows_loaded'),
  numberColumn('error_limit'),
  numberColumn('errors_seen'),
  textColumn('first_error'),
  numberColumn('first_error_line'),
  numberColumn('first_error_character'),
  textColumn('first_error_column_name'),
];

interface FileResult {
  readonly file: StagedFile;
  readonly status: 'LOADED' | 'LOAD_SKIPPED';
  readonly rows: number;
}

/** What is to be done with one file. */
interface FilePlan {
  readonly file: StagedFile;
  readonly insert: string;
  readonly isKnown: boolean;
}

/** COPY INTO a table: files in the order of their names, each once unless FORCE says otherwise. */
export async function copyInto(work: Work, scan: Scan): Promise<Outcome> {
  const parts = copyParts(work, scan);
  const files = await sourceFiles(work, parts);
  const how = { mode: 'add', privilege: 'INSERT', needsWarehouse: true } as const;
  return await write(
    work,
    { target: parts.target, ...how },
    {
      prepare: (writing) => files.map((file) => planOf(work, parts, writing, file)),
      run: async (writing, plans) => outcomeOf(await loadAll(work, writing, plans)),
    },
  );
}

/** Files that are named must be there; a path is a prefix, of nothing as well. */
async function sourceFiles({ engine }: Work, { source, files, pattern }: CopyParts): Promise<StagedFile[]> {
  const found = await engine.stages.list(source);
  if (files === undefined) return found.filter((file) => pattern === undefined || pattern.test(file.name));
  return files.map((name) => {
    const path = `${source.path}${source.path === '' || source.path.endsWith('/') ? '' : '/'}${name}`;
    const file = found.find((each) => each.path === path);
    if (file === undefined)
      throw refused(
        'fileMissing',
        `'${path}'. If you are running a copy command, please make sure files are not deleted when they are being loaded`,
      );
    return file;
  });
}

function planOf(work: Work, parts: CopyParts, writing: Writing, file: StagedFile): FilePlan {
  const { engine } = work;
  const { table, resolver, into } = writing;
  const context = resolver.context([]);
  const withFile: TranslateContext = {
    ...context,
    relation: (name, use) =>
      name.length === 1 && name[0] === copySource
        ? rowsOf(file, parts.compression)
        : context.relation(name, use),
  };
  const columns = parts.columns ?? table.columns.map((column) => column.name);
  const query = parts.query ?? onlyVariant(table, columns);
  const rows = engine.translator.query(query, withFile);
  return {
    file,
    insert: `insert into ${into} (${columns.map(quoteIdentifier).join(', ')}) ${rows}`,
    isKnown: !parts.force && isKnown(engine.now(), table, writing.transaction, file),
  };
}

/** Without a query each line goes into the one column, which is a VARIANT. */
function onlyVariant(table: Table, columns: readonly string[]): string {
  const [only, ...more] = columns;
  const type = table.columns.find(({ name }) => name === only)?.type;
  if (more.length > 0 || type !== 'JSON')
    throw refused('unsupported', 'COPY of JSON without a query into anything but one VARIANT column');
  return `select "$1" from ${copySource}`;
}

function rowsOf(file: StagedFile, compression: string): string {
  const packed = { auto: 'auto_detect', none: 'none', gzip: 'gzip', zstd: 'zstd' }[compression];
  if (packed === undefined) throw refused('unsupported', `COMPRESSION = ${compression}`);
  return `(select json as "$1", ${quoteLiteral(file.path)} as "METADATA$FILENAME",
    row_number() over () as "METADATA$FILE_ROW_NUMBER"
    from read_json_objects(${quoteLiteral(file.local)}, format = 'newline_delimited', compression = '${packed}',
      maximum_object_size = ${longestLine}))`;
}

function isKnown(now: number, table: Table, transaction: Transaction, file: StagedFile): boolean {
  const known = [
    table.loads.get(file.path),
    ...transaction.loads
      .filter((each) => each.table === table && each.path === file.path)
      .map(({ load }) => load),
  ];
  // A file that was written anew under its name is another one.
  return known.some((load) => load?.fingerprint === file.md5 && now - load.loadedMs < memoryMs);
}

async function loadAll(
  { engine }: Work,
  { execution, table, transaction }: Writing,
  plans: readonly FilePlan[],
): Promise<FileResult[]> {
  const results: FileResult[] = [];
  const loads: { path: string; load: Load }[] = [];
  for (const { file, insert, isKnown: isLoaded } of plans) {
    if (isLoaded) {
      results.push({ file, status: 'LOAD_SKIPPED', rows: 0 });
      continue;
    }
    results.push({ file, status: 'LOADED', rows: await inFile(file, () => execution.run(insert)) });
    loads.push({ path: file.path, load: { fingerprint: file.md5, loadedMs: engine.now() } });
  }
  for (const { path, load } of loads) transaction.loads.push({ table, path, load });
  return results;
}

/** A refusal says which file it is about. */
async function inFile<T>({ path }: StagedFile, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof SqlRefused) || error.code === '000604') throw error;
    throw new SqlRefused(error.code, error.sqlState, `${error.message}\n  File '${path}'`);
  }
}

function outcomeOf(results: readonly FileResult[]): Outcome {
  if (results.length === 0) {
    return {
      kind: 'dml',
      statementType: 'COPY',
      columns: [textColumn('status')],
      rows: [['Copy executed with 0 files processed.']],
      changed: 0,
    };
  }
  return {
    kind: 'dml',
    statementType: 'COPY',
    columns: resultColumns,
    rows: results.map(resultRow),
    changed: results.reduce((sum, { rows }) => sum + rows, 0),
  };
}

function resultRow({ file, status, rows }: FileResult): WireValue[] {
  const count = String(rows);
  const [errors, error] = status === 'LOADED' ? ['0', null] : ['1', 'File was loaded before.'];
  return [file.name, status, count, count, '1', errors, error, null, null, null];
}
