import { randomBytes } from 'node:crypto';
import type { Session } from '../../warehouse/warehouse.ts';
import { rawTableName } from '../../warehouse/raw-table.ts';
import { readSoundCatalog } from './catalog.ts';
import type { Catalog } from './catalog.ts';
import { archiveErrors } from './errors.ts';
import { createProof } from './prove.ts';
import type { Prove } from './prove.ts';
import type { RestoreDeps } from './restore.ts';
import { ensureRetentionSchema } from './retired-keys.ts';
import type { RetentionRule } from './retention-rules.ts';
import { batchesSql, deleteSql, dueSql, mappingStatements, spareSql, versionsSql } from './retention-sql.ts';
import type { RunTables } from './retention-sql.ts';
import { ensureTurnsOf, takeTurnsOf } from './turns.ts';

export interface RetentionOptions {
  readonly rules: readonly RetentionRule[];
  /** How long a business key stays in raw after its last change. */
  readonly keepDays: number;
  /** Table, or query in brackets, with a column batch_id: the batches that all readers of raw have read. */
  readonly consumed: string;
  /** Says what is due; nothing is read from the archive. */
  readonly dryRun?: boolean;
}

/** What was removed of one raw table, or would be. */
export interface RetentionResult {
  readonly entity: string;
  readonly table: string;
  readonly keys: number;
  readonly rows: number;
}

/** Keys that leave in one transaction: each portion passes over the raw tables once. */
const keysPerPortion = 50_000;

/**
 * Takes whole business keys out of raw that nothing has changed for so long. Before a portion goes, the archive is shown
 * to hold every file that its rows came from, and raw to hold just those rows of it; what goes is written down in the
 * transaction that removes it, so that it can come back. A key that something touches meanwhile is no longer due.
 */
export async function applyRetention(
  deps: RestoreDeps,
  options: RetentionOptions,
): Promise<RetentionResult[]> {
  await ensureRetentionSchema(deps.warehouse);
  const results: RetentionResult[] = [];
  for (const rule of options.rules) results.push(...(await applyRule(deps, rule, options)));
  return results;
}

async function applyRule(
  deps: RestoreDeps,
  rule: RetentionRule,
  options: RetentionOptions,
): Promise<RetentionResult[]> {
  const { warehouse } = deps;
  const { dialect } = warehouse.capabilities;
  const run = randomBytes(6).toString('hex');
  const tables = {
    batches: `_meta.retention_batches_${run}`,
    rows: `_meta.retention_rows_${run}`,
    due: `_meta.retention_due_${run}`,
  };
  const cutoff = sqlTime(new Date(deps.clock.now().getTime() - options.keepDays * 86_400_000));
  try {
    await warehouse.execute(batchesSql(tables, options.consumed));
    for (const statement of mappingStatements(dialect, rule, tables)) await warehouse.execute(statement);
    await warehouse.execute(dueSql(dialect, rule, tables, { cutoff, portion: keysPerPortion }));
    const results = await dueRows(deps, rule, tables);
    return options.dryRun === true || results.length === 0 ? results : await retire(deps, rule, tables);
  } finally {
    for (const table of Object.values(tables)) await warehouse.execute(`drop table if exists ${table}`);
  }
}

async function dueRows(
  { warehouse }: RestoreDeps,
  rule: RetentionRule,
  tables: RunTables,
): Promise<RetentionResult[]> {
  const { dialect } = warehouse.capabilities;
  const results: RetentionResult[] = [];
  for (const member of rule.members) {
    const [row] = await warehouse.query(
      `select count(distinct key) as keys, count(*) as n from (${versionsSql(dialect, rule, member, tables)}) as v
       where key in (select key from ${tables.due})`,
    );
    const rows = Number(row?.['n'] ?? 0);
    if (rows > 0)
      results.push({ entity: rule.entity, table: member.table, keys: Number(row?.['keys'] ?? 0), rows });
  }
  return results;
}

/** Resolves to what is gone, which is less than was due where something was loaded meanwhile, or where it was stopped. */
async function retire(deps: RestoreDeps, rule: RetentionRule, tables: RunTables): Promise<RetentionResult[]> {
  const { warehouse } = deps;
  const catalog = await readSoundCatalog(deps.store, { sources: [rule.source], onProgress: deps.onProgress });
  const prove = createProof(deps);
  await ensureTurnsOf(warehouse, rule);
  const [last] = await warehouse.query(`select max(portion) as n from ${tables.due}`);
  const portions = Number(last?.['n'] ?? 0) + 1;
  const step = `retention ${rule.entity}`;
  const removed: RetentionResult[] = [];
  for (let portion = 0; portion < portions; portion += 1) {
    if (deps.signal?.aborted === true) break;
    deps.onProgress({ step, state: 'running', done: portion, total: portions, unit: 'portions' });
    // Once more within the transaction; what is known to stay need not be proven.
    await warehouse.execute(spareSql(warehouse.capabilities.dialect, rule, tables), [portion]);
    await mustBeArchived(deps, rule, tables, portion, catalog, prove);
    removed.push(
      ...(await warehouse.transaction((session) => removePortion(deps, session, rule, tables, portion))),
    );
  }
  deps.onProgress({ step, state: 'finished', done: portions, total: portions, unit: 'portions' });
  return byTable(rule, removed);
}

/** One result for each table; no key is in two portions. */
function byTable({ entity, members }: RetentionRule, parts: readonly RetentionResult[]): RetentionResult[] {
  const sums = members.map(({ table }) =>
    parts
      .filter((part) => part.table === table)
      .reduce((sum, { keys, rows }) => ({ ...sum, keys: sum.keys + keys, rows: sum.rows + rows }), {
        entity,
        table,
        keys: 0,
        rows: 0,
      }),
  );
  return sums.filter(({ rows }) => rows > 0);
}

/** All files that rows of the portion came from: whole in the archive, and in raw without a row too many or too few. */
async function mustBeArchived(
  deps: RestoreDeps,
  rule: RetentionRule,
  tables: RunTables,
  portion: number,
  { files, compactionOf }: Catalog,
  prove: Prove,
): Promise<void> {
  const landed = new Map(files.map(({ file }) => [file.key, file]));
  for (const [key, present] of await filesOfPortion(deps, rule, tables, portion)) {
    const file = landed.get(key);
    if (file === undefined) throw unproven(key, 'no manifest names the file');
    if (file.rows !== present) {
      throw unproven(key, `raw and what was retired have ${present} rows of it, the archive ${file.rows}`);
    }
    await prove(file, compactionOf.get(key));
  }
}

/** Per file of the run's batches: its rows in raw, and those retired before. */
async function filesOfPortion(
  { warehouse }: RestoreDeps,
  rule: RetentionRule,
  tables: RunTables,
  portion: number,
): Promise<Map<string, number>> {
  const { dialect } = warehouse.capabilities;
  const counts = new Map<string, number>();
  for (const member of rule.members) {
    const versions = versionsSql(dialect, rule, member, tables);
    const rows = await warehouse.query(
      `with touched as (
         select distinct _file from (${versions}) as v where key in (select key from ${tables.due} where portion = ?)
           and _batch_id in (select batch_id from ${tables.batches})
       )
       select t._file,
         (select count(*) from raw.${rawTableName(rule.source, member.table)} as r where r._file = t._file) +
         (select coalesce(sum(k.row_count), 0) from _meta.retired_key as k where k.file_key = t._file) as present
       from touched as t`,
      [portion],
    );
    for (const row of rows) counts.set(String(row['_file']), Number(row['present']));
  }
  return counts;
}

async function removePortion(
  deps: RestoreDeps,
  session: Session,
  rule: RetentionRule,
  tables: RunTables,
  portion: number,
): Promise<RetentionResult[]> {
  const { dialect } = deps.warehouse.capabilities;
  const at = sqlTime(deps.clock.now());
  await takeTurnsOf(session, rule);
  await session.execute(spareSql(dialect, rule, tables), [portion]);
  const results: RetentionResult[] = [];
  const portionKeys = `select key from ${tables.due} where portion = ?`;
  for (const member of rule.members) {
    const { table } = member;
    // Some of a key may have left before, and the rest been brought back since.
    const noted = async (): Promise<number> => {
      const [row] = await session.query(
        `select coalesce(sum(row_count), 0) as n from _meta.retired_key
         where entity = ? and table_name = ? and key in (${portionKeys})`,
        [rule.entity, table, portion],
      );
      return Number(row?.['n'] ?? 0);
    };
    const versions = `(${versionsSql(dialect, rule, member, tables)}) as v where key in (${portionKeys})`;
    const [present] = await session.query(`select count(distinct key) as n from ${versions}`, [portion]);
    const before = await noted();
    await session.execute(
      `insert into _meta.retired_key (entity, key, source, table_name, row_key, file_key, row_count, retired_at)
       select ?, key, ?, table_name, row_key, _file, count(*), cast(? as timestamp)
       from ${versions} group by key, table_name, row_key, _file`,
      [rule.entity, rule.source, at, portion],
    );
    const written = (await noted()) - before;
    const rows = await session.execute(deleteSql(dialect, rule, member, tables), [portion]);
    if (rows !== written)
      throw unproven(table, `${rows} rows were about to go, ${written} were written down`);
    results.push({ entity: rule.entity, table, keys: Number(present?.['n'] ?? 0), rows });
  }
  return results;
}

/** UTC, as the warehouse's sessions are. */
function sqlTime(time: Date): string {
  return time.toISOString().replace('T', ' ').replace('Z', '');
}

function unproven(where: string, message: string): Error {
  return archiveErrors.error('ARCHIVE_RETENTION_UNPROVEN', { message, where });
}
