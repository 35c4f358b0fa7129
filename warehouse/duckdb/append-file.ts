import { isAbsolute } from 'node:path';
import { quoteIdentifier, quoteLiteral } from '../sql-text.ts';
import type { LandedObject, LoadFile, ReachedObject, Session } from '../warehouse.ts';

/**
 * DuckDB allocates twice this per thread before it reads a byte (512 MB here would exceed the whole memory budget),
 * and it is also the most that Snowflake's VARIANT takes.
 */
const maximumLineBytes = 16_777_216;

/** DuckDB reads files of this machine only. */
export async function reach({ location, fetch }: LandedObject): Promise<ReachedObject> {
  return isAbsolute(location) ? { path: location, release: () => Promise.resolve() } : await fetch();
}

/** Appends a gzipped NDJSON file of raw lines to its raw table; one statement, inside the caller's transaction. */
export async function appendFile(session: Session, file: LoadFile): Promise<number> {
  const table = `${quoteIdentifier(file.table.schema)}.${quoteIdentifier(file.table.name)}`;
  return await session.execute(
    `insert into ${table}
       (data, _op, _position, _ordinal, _committed_at, _schema_id, _unchanged, _batch_id, _file, _loaded_at)
     select data, "op", "pos", "ord", "at", "schema", "unchanged", ?, ?, cast(now() as timestamp)
     from read_json(${quoteLiteral(file.location)},
       format = 'newline_delimited', compression = 'gzip', maximum_object_size = ${maximumLineBytes},
       columns = {"op": 'VARCHAR', pos: 'VARCHAR', "ord": 'BIGINT', "at": 'TIMESTAMP', "schema": 'VARCHAR',
                  unchanged: 'VARCHAR', data: 'JSON'})`,
    [file.batchId, file.key],
  );
}
