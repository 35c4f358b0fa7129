import type { SourceConnection } from './source-connection.ts';
import { sourceSchema } from './relation.ts';
import type { CapturedTable } from './shop-tables.ts';

export interface ServerFacts {
  /** server_version_num, such as 180004. */
  readonly version: number;
  readonly walLevel: string;
  readonly encoding: string;
  readonly database: string;
  readonly user: string;
  readonly mayReplicate: boolean;
  /** May create objects in the database. */
  readonly mayCreate: boolean;
  /** May create tables beside the captured ones. */
  readonly mayCreateTable: boolean;
}

export interface LogFacts {
  readonly systemIdentifier: string;
  readonly isStandby: boolean;
  readonly timeline: number;
}

export interface ColumnFacts {
  readonly name: string;
  /** The type as SQL names it, with its schema unless that is pg_catalog. */
  readonly typeName: string;
  readonly typeOid: number;
  readonly typeModifier: number;
  readonly isGenerated: boolean;
  readonly maySelect: boolean;
}

export interface TableFacts {
  readonly table: string;
  /** pg_class.relkind: r is an ordinary table. */
  readonly kind: string;
  /** pg_class.relpersistence: p is logged. */
  readonly persistence: string;
  readonly replicaIdentity: string;
  /** The columns that updates and deletes are identified by; empty when there are none. */
  readonly identity: readonly string[];
  readonly columns: readonly ColumnFacts[];
  readonly isOwned: boolean;
  /** May read, insert and update it. */
  readonly mayWrite: boolean;
  /** Its partitions whose own replica identity, full or nothing, goes with no column list. */
  readonly unfitPartitions: readonly string[];
}

export interface TableSize {
  readonly bytes: number;
  /** The planner's estimate; -1 when the table was never analysed. */
  readonly estimatedRows: number;
}

export interface PublishedTable {
  /** Object id of the table's membership: another one means that it was taken out and put in again. */
  readonly oid: number;
  readonly schema: string;
  readonly table: string;
  /** In the table's order; null without a column list, which publishes everything. */
  readonly columns: readonly string[] | null;
  readonly hasRowFilter: boolean;
}

export interface PublicationFacts {
  readonly oid: number;
  readonly allTables: boolean;
  readonly schemas: number;
  /** insert, update, delete and truncate are all published. */
  readonly publishesAll: boolean;
  readonly viaRoot: boolean;
  /** PostgreSQL 18: n when generated columns are left out. */
  readonly generatedColumns: string;
  readonly tables: readonly PublishedTable[];
}

export interface SlotFacts {
  readonly plugin: string;
  readonly database: string;
  readonly twoPhase: boolean;
  /** reserved, extended, unreserved or lost. */
  readonly walStatus: string | null;
  readonly reason: string | null;
  readonly activePid: number | null;
  readonly confirmedFlush: string | null;
}

/** Version, settings and what the connected user may do. */
export async function readServer(source: SourceConnection): Promise<ServerFacts> {
  const rows = await source.query<ServerFacts>(`
    select current_setting('server_version_num')::int as version, current_setting('wal_level') as "walLevel",
      current_setting('server_encoding') as encoding, current_database()::text as database,
      current_user::text as user,
      (select r.rolsuper or r.rolreplication from pg_roles r where r.rolname = current_user)
        or exists (select from pg_roles r where r.rolname = 'rds_replication' and pg_has_role(r.oid, 'MEMBER'))
        as "mayReplicate",
      has_database_privilege(current_database(), 'CREATE') as "mayCreate",
      has_schema_privilege('${sourceSchema}', 'CREATE') as "mayCreateTable"`);
  return one(rows);
}

/** Which log this is: the cluster and its history. */
export async function readLog(source: SourceConnection): Promise<LogFacts> {
  const rows = await source.query<LogFacts>(`
    select (select system_identifier::text from pg_control_system()) as "systemIdentifier",
      pg_is_in_recovery() as "isStandby",
      case when pg_is_in_recovery() then 0
        else ('x' || left(pg_walfile_name(pg_current_wal_insert_lsn()), 8))::bit(32)::int end as timeline`);
  return one(rows);
}

/**
 * The source's clock, and then the end of the log that is safe on disk: what was committed by that time is before
 * that position. A standby has no end of its own.
 */
export async function readLogEnd(
  source: SourceConnection,
): Promise<{ readonly at: string; readonly lsn: string | null }> {
  const rows = await source.query<{ at: string; lsn: string | null }>(`
    select to_char(clock_timestamp() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as at,
      case when pg_is_in_recovery() then null else pg_current_wal_flush_lsn()::text end as lsn`);
  return one(rows);
}

/** Everything about the tables to capture that a check or a read needs; those that do not exist are absent. */
export async function readTables(
  source: SourceConnection,
  tables: readonly CapturedTable[],
): Promise<TableFacts[]> {
  return await source.query<TableFacts>(
    `select c.relname::text as "table", c.relkind::text as kind, c.relpersistence::text as persistence,
       c.relreplident::text as "replicaIdentity", pg_has_role(c.relowner, 'USAGE') as "isOwned",
       has_table_privilege(c.oid, 'SELECT') and has_table_privilege(c.oid, 'INSERT')
         and has_table_privilege(c.oid, 'UPDATE') as "mayWrite",
       (select coalesce(json_agg(a.attname order by k.n), '[]')
          from pg_index i, unnest(i.indkey) with ordinality k (attnum, n), pg_attribute a
         where i.indrelid = c.oid and i.indisvalid and i.indimmediate and k.n <= i.indnkeyatts
           and a.attrelid = c.oid and a.attnum = k.attnum
           and case c.relreplident when 'd' then i.indisprimary when 'i' then i.indisreplident else false end)
         as identity,
       (select coalesce(json_agg(json_build_object('name', a.attname,
           'typeName', format_type(a.atttypid, a.atttypmod), 'typeOid', a.atttypid::bigint,
           'typeModifier', a.atttypmod, 'isGenerated', a.attgenerated <> '',
           'maySelect', has_column_privilege(c.oid, a.attnum, 'SELECT')) order by a.attnum), '[]')
          from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped) as columns,
       (select coalesce(json_agg(l.oid::regclass::text order by l.relname), '[]')
          from pg_partition_tree(c.oid) t join pg_class l on l.oid = t.relid
         where c.relkind = 'p' and t.isleaf and l.relreplident in ('f', 'n')) as "unfitPartitions"
     from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where n.nspname = $1 and c.relname = any ($2)`,
    [sourceSchema, tables.map((each) => each.table)],
  );
}

/** Size of one table. Waits, as every read of the table does, while a migration has it locked. */
export async function readTableSize(source: SourceConnection, table: string): Promise<TableSize> {
  const rows = await source.query<TableSize>(
    `select pg_table_size(c.oid)::float8 as bytes, c.reltuples::float8 as "estimatedRows"
     from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname = $1 and c.relname = $2`,
    [sourceSchema, table],
  );
  return one(rows);
}

/** The publication with its tables and column lists, or undefined. */
export async function readPublication(
  source: SourceConnection,
  name: string,
): Promise<PublicationFacts | undefined> {
  const rows = await source.query<PublicationFacts>(
    `select p.oid, p.puballtables as "allTables", p.pubviaroot as "viaRoot",
       p.pubinsert and p.pubupdate and p.pubdelete and p.pubtruncate as "publishesAll",
       coalesce(to_jsonb(p) ->> 'pubgencols', 'n') as "generatedColumns",
       (select count(*)::int from pg_publication_namespace s where s.pnpubid = p.oid) as schemas,
       (select coalesce(json_agg(json_build_object('oid', r.oid::bigint, 'schema', n.nspname, 'table', c.relname,
           'hasRowFilter', r.prqual is not null,
           'columns', case when r.prattrs is not null then (select json_agg(a.attname order by a.attnum)
             from pg_attribute a where a.attrelid = c.oid and a.attnum = any (r.prattrs::int2[])) end)
           order by c.relname), '[]')
          from pg_publication_rel r join pg_class c on c.oid = r.prrelid
          join pg_namespace n on n.oid = c.relnamespace where r.prpubid = p.oid) as tables
     from pg_publication p where p.pubname = $1`,
    [name],
  );
  return rows[0];
}

/** The replication slot, or undefined. */
export async function readSlot(source: SourceConnection, name: string): Promise<SlotFacts | undefined> {
  const rows = await source.query<SlotFacts>(
    `select s.plugin::text as plugin, s.database::text as database, s.two_phase as "twoPhase",
       s.wal_status as "walStatus", to_jsonb(s) ->> 'invalidation_reason' as reason, s.active_pid as "activePid",
       s.confirmed_flush_lsn::text as "confirmedFlush"
     from pg_replication_slots s where s.slot_name = $1`,
    [name],
  );
  return rows[0];
}

/**
 * A digest of everything in the catalogue that decoding a change depends on: where each logged table of the database
 * is stored, and shape and types of the captured ones. Equal digests: no DDL (TRUNCATE included) in between.
 */
export async function readCatalogDigest(
  source: SourceConnection,
  tables: readonly CapturedTable[],
): Promise<string> {
  const rows = await source.query<{ digest: string }>(
    `select md5(concat(
       (select string_agg(concat_ws(':', c.oid, c.relfilenode), ',' order by c.oid) from pg_class c
         where c.relpersistence = 'p' and c.relkind in ('r', 'm', 't')),
       (select string_agg(concat_ws(':', a.attrelid, a.attnum, a.xmin, t.xmin), ',' order by a.attrelid, a.attnum)
          from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
          left join pg_type t on t.oid = a.atttypid
         where n.nspname = $1 and c.relname = any ($2)),
       (select string_agg(concat_ws(':', e.oid, e.xmin), ',' order by e.oid) from pg_enum e))) as digest`,
    [sourceSchema, tables.map((each) => each.table)],
  );
  return one(rows).digest;
}

function one<T>(rows: readonly T[]): T {
  const [row] = rows;
  if (row === undefined) throw new Error('a query that always has a row had none');
  return row;
}
