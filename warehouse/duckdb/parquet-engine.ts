import { rm } from 'node:fs/promises';
import { DuckDBInstance } from '@duckdb/node-api';
import type { DuckDBConnection } from '@duckdb/node-api';
import { quoteIdentifier, quoteLiteral } from '../sql-text.ts';
import { typedError } from './typed-error.ts';

interface Column {
  readonly name: string;
  readonly type: string;
}

interface Request {
  readonly inputs: ReadonlyArray<{ readonly path: string; readonly key: string; readonly batchId: string }>;
  readonly target: string;
  readonly layout: 'columns' | 'document';
  readonly columns: readonly Column[];
}

interface File {
  readonly path: string;
  readonly layout: 'columns' | 'document';
  readonly columns: readonly Column[];
}

/** How values of a type get back the text they were landed with; where nothing is said, the engine's own text is it. */
const renderings: Readonly<Record<string, (value: string) => string>> = {
  boolean: (value) => `case when ${value} then 't' when not ${value} then 'f' end`,
  iso: (value) => `strftime(${value}, '%Y-%m-%dT%H:%M:%S.%fZ')`,
};

/** Where a type is called something else by the engine. */
const engineTypes: Readonly<Record<string, string>> = { iso: 'timestamp', text: 'varchar' };

const committedAt: Column = { name: '_committed_at', type: 'iso' };

/** No landed line is longer; the engine sets aside twice as much for each thread. */
const maximumLineBytes = 16_777_216;

/**
 * Compacted files through DuckDB, in a database of its own that holds nothing: the warehouse's file is neither needed nor
 * touched, and what does not fit into memory is not kept.
 */
export function duckdbParquetEngine(
  options: { readonly memoryLimit?: string; readonly threads?: number } = {},
) {
  return {
    write: (request: Request) => withConnection(options, (connection) => write(connection, request)),
    read: (file: File, key?: string) => read(options, file, key),
  };
}

type Options = Parameters<typeof duckdbParquetEngine>[0];

async function open(options: Options = {}): Promise<DuckDBInstance> {
  return await DuckDBInstance.create(':memory:', {
    memory_limit: options.memoryLimit ?? '500MB',
    threads: String(options.threads ?? 2),
    preserve_insertion_order: 'false',
  });
}

async function withConnection<T>(
  options: Options,
  work: (connection: DuckDBConnection) => Promise<T>,
): Promise<T> {
  const instance = await open(options);
  const connection = await instance.connect();
  try {
    await connection.run("set TimeZone = 'UTC'");
    return await work(connection);
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

async function write(connection: DuckDBConnection, request: Request): Promise<Column[]> {
  const asked = [committedAt, ...(request.layout === 'columns' ? request.columns : [])];
  const kept = await typesThatHold(connection, request, asked);
  const target = quoteLiteral(request.target);
  try {
    await run(
      connection,
      `copy (select ${selected(request, kept)} from (${textRows(request)}))
       to ${target} (format parquet, compression zstd, row_group_size 122880, use_tmp_file false)`,
    );
  } catch (error) {
    await rm(request.target, { force: true });
    throw error;
  }
  return kept;
}

/** One pass over the input: a type holds where every value, taken to it and back, is the text that it was. */
async function typesThatHold(
  connection: DuckDBConnection,
  request: Request,
  asked: readonly Column[],
): Promise<Column[]> {
  const checks = asked.map(({ name, type }, index) => {
    const value = quoteIdentifier(name);
    const isSame = `${rendered(type, taken(value, type))} is not distinct from ${value}`;
    return `${type === 'text' ? 'true' : `coalesce(bool_and(${isSame}), true)`} as c${index}`;
  });
  const sql = `select ${checks.join(', ')} from (${textRows(request)})`;
  const reader = await connection.runAndReadAll(sql).catch((error: unknown) => {
    throw typedError(error, sql);
  });
  const [row = []] = reader.getRows();
  return asked.map(({ name, type }, index) => ({ name, type: row[index] === true ? type : 'text' }));
}

/** The input with every value as text, and the text of a row's data beside. */
function textRows({ inputs, layout, columns }: Request): string {
  const files = inputs.map(
    ({ path, key, batchId }) =>
      `select json as line, ${quoteLiteral(key)} as _file, ${quoteLiteral(batchId)} as _batch_id
       from read_json_objects(${quoteLiteral(path)}, format = 'newline_delimited', compression = 'gzip',
         maximum_object_size = ${maximumLineBytes})`,
  );
  const fixed = ['op', 'pos', 'ord', 'at', 'schema', 'unchanged'].map((name) => `/${name}`);
  const fields = layout === 'columns' ? columns.map(({ name }) => `/data/${pointerPart(name)}`) : [];
  const paths = [...fixed, ...fields].map(quoteLiteral).join(', ');
  const names = columns.map(
    ({ name }, index) => `v[${fixed.length + index + 1}] as ${quoteIdentifier(name)}`,
  );
  // The line's own text: data is its last field, and in front of it that sequence cannot occur.
  const data = `substring(line::varchar, strpos(line::varchar, ',"data":') + 8,
    length(line::varchar) - strpos(line::varchar, ',"data":') - 8) as _data`;
  const rest =
    layout === 'columns' ? [`to_json(json_keys(line, '/data'))::varchar as _keys`, ...names] : [data];
  return `select _file, _batch_id, v[1] as _op, v[2] as _position, v[3]::bigint as _ordinal, v[4] as _committed_at,
      v[5] as _schema_id, v[6] as _unchanged, ${rest.join(', ')}
    from (select *, json_extract_string(line, [${paths}]) as v from (${files.join(' union all ')}))`;
}

function pointerPart(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1');
}

function taken(value: string, type: string): string {
  return type === 'text' ? value : `try_cast(${value} as ${engineTypes[type] ?? type})`;
}

function rendered(type: string, value: string): string {
  return renderings[type]?.(value) ?? `cast(${value} as varchar)`;
}

function selected({ layout }: Request, kept: readonly Column[]): string {
  const typed = (column: Column): string =>
    `${taken(quoteIdentifier(column.name), column.type)} as ${quoteIdentifier(column.name)}`;
  const [at = committedAt, ...columns] = kept;
  const rest = layout === 'columns' ? ['_keys', ...columns.map(typed)] : ['_data'];
  return [
    '_file',
    '_batch_id',
    '_op',
    '_position',
    '_ordinal',
    typed(at),
    '_schema_id',
    '_unchanged',
    ...rest,
  ].join(', ');
}

async function* read(
  options: Options,
  { path, layout, columns }: File,
  key: string | undefined,
): AsyncGenerator<ReadonlyArray<ReadonlyArray<string | null>>> {
  const [at = committedAt, ...rest] = columns;
  const value = (column: Column): string => rendered(column.type, quoteIdentifier(column.name));
  const names = layout === 'columns' ? ['_keys', ...rest.map(value)] : ['_data'];
  // One text a row: fetching each value by itself takes three times as long.
  const sql = `select json_array(_file, _batch_id, _op, _position, cast(_ordinal as varchar), ${value(at)}, _schema_id,
      _unchanged, ${names.join(', ')})::varchar from read_parquet(${quoteLiteral(path)}, hive_partitioning = false)
    ${key === undefined ? '' : `where _file = ${quoteLiteral(key)}`}`;
  const instance = await open(options);
  const connection = await instance.connect();
  try {
    await connection.run("set TimeZone = 'UTC'");
    const result = await connection.stream(sql);
    for (;;) {
      const chunk = await result.fetchChunk();
      if (chunk === null || chunk.rowCount === 0) return;
      yield chunk.getColumnValues(0).map((row) => JSON.parse(String(row)) as ReadonlyArray<string | null>);
    }
  } catch (error) {
    throw typedError(error, sql);
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

async function run(connection: DuckDBConnection, sql: string): Promise<void> {
  try {
    await connection.run(sql);
  } catch (error) {
    throw typedError(error, sql);
  }
}
