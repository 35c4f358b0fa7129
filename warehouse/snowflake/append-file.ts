import type { Clock } from '../../lib/clock.ts';
import { warehouseErrors } from '../errors.ts';
import { quoteIdentifier, quoteLiteral } from '../sql-text.ts';
import type { LoadFile, Row, Session } from '../warehouse.ts';
import { snowflakeErrors } from './errors.ts';

/**
 * Appends a staged NDJSON file of raw lines to its raw table; one statement, inside the caller's transaction. FORCE, since
 * the caller's ledger is what keeps a file from being loaded twice: Snowflake's own memory ends after 64 days, and knows
 * nothing of a transaction that was rolled back.
 */
export async function appendFile(clock: Clock, session: Session, file: LoadFile): Promise<number> {
  return loadedRows(await session.query(copySql(file, clock.now())), file);
}

function copySql({ key, location, table, batchId }: LoadFile, now: Date): string {
  const cut = location.lastIndexOf('/') + 1;
  const loadedAt = now.toISOString().replace('T', ' ').replace('Z', '');
  // The file by its whole name: a path alone is a prefix, and one that matches nothing loads nothing without a word.
  return `copy into ${quoteIdentifier(table.schema)}.${quoteIdentifier(table.name)}
       (data, _op, _position, _ordinal, _committed_at, _schema_id, _unchanged, _batch_id, _file, _loaded_at)
     from (select $1:data, $1:op::varchar, $1:pos::varchar, $1:ord::number(19, 0), $1:at::timestamp_ntz(6),
         $1:schema::varchar, $1:unchanged::varchar, ${quoteLiteral(batchId)}, ${quoteLiteral(key)},
         ${quoteLiteral(loadedAt)}::timestamp_ntz(6)
       from ${quoteLiteral(location.slice(0, cut))})
     files = (${quoteLiteral(location.slice(cut))})
     file_format = (type = json compression = gzip)
     on_error = abort_statement
     force = true`;
}

/** What COPY says of the one file. */
function loadedRows(results: readonly Row[], { key, location }: LoadFile): number {
  const [result] = results;
  const where = `${key} at ${location}`;
  if (result === undefined || result['rows_loaded'] === undefined) {
    const message = `COPY found no file: ${String(result?.['status'])}`;
    throw snowflakeErrors.error('WAREHOUSE_STAGED_FILE_MISSING', { message, where });
  }
  const [status, parsed, loaded] = [String(result['status']), result['rows_parsed'], result['rows_loaded']];
  if (results.length === 1 && /^loaded$/i.test(status) && loaded === parsed) return Number(loaded);
  throw warehouseErrors.error('WAREHOUSE_STATEMENT_FAILED', {
    message: `COPY read ${results.length} files and ended as ${status} with ${String(loaded)} of ${String(parsed)} rows: ${String(result['first_error'])}`,
    where,
  });
}
