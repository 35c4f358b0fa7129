import { quoteIdentifier } from '../../../warehouse/sql-text.ts';
import type { SnowflakeDouble } from '../../support/snowflake-double/start.ts';

type Rows = readonly Readonly<Record<string, unknown>>[];

/** Files whose rows in raw are not as many as the ledger says, each way: rows of no file in it as well. */
export async function miscountedFiles({ admin }: SnowflakeDouble): Promise<Rows> {
  const tables = await admin.query(
    `select table_name as name from information_schema.tables where table_schema = 'raw' order by 1`,
  );
  const counts = tables.map(
    ({ name }) =>
      `select ${quoted(String(name))} as raw_table, _file, count(*) as n from raw.${quoteIdentifier(String(name))} group by all`,
  );
  if (counts.length === 0) throw new Error('there are no raw tables to count');
  return await admin.query(
    `select coalesce(l.file_key, r._file) as file, r.raw_table, l.row_count, r.n
     from _meta.load_ledger as l
     full join (${counts.join(' union all ')}) as r
       on r._file = l.file_key and r.raw_table = l.source || '__' || l.table_name
     where coalesce(l.row_count, 0) <> coalesce(r.n, 0)`,
  );
}

/** No key of Snowflake's is enforced: what the loader names must be named once all the same. */
export async function doubledNames({ admin }: SnowflakeDouble): Promise<Rows> {
  return await admin.query(
    `select file_key as name from _meta.load_ledger group by all having count(*) > 1
     union all select batch_id from _meta.loaded_batch group by all having count(*) > 1
     union all select batch_id from _meta.staged_batch group by all having count(*) > 1
     union all select cast(version as varchar) from _meta.publication group by all having count(*) > 1`,
  );
}

/** Batches that do not begin where another ended: a gap or an overlap in the log. */
export async function brokenChains({ admin }: SnowflakeDouble): Promise<Rows> {
  return await admin.query(
    `select batch_id from _meta.loaded_batch as b
     where from_position <> '0000000000000000' and 1 <> (
       select count(*) from _meta.loaded_batch as a where a.source = b.source and a.to_position = b.from_position)
     union all
     select from_position from _meta.loaded_batch group by source, from_position having count(*) > 1`,
  );
}

/** The head stands at the newest publication, and no number before it is missing. */
export async function misplacedHead({ admin }: SnowflakeDouble): Promise<Rows> {
  return await admin.query(
    `select h.version as head, p.newest, p.n from _meta.head as h,
       (select max(version) as newest, count(*) as n from _meta.publication) as p
     where h.version <> p.newest or p.newest <> p.n`,
  );
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
