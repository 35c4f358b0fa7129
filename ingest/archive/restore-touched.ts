import { reachedLines } from './reached-lines.ts';
import { randomBytes } from 'node:crypto';
import type { LandedFile } from '../landing/manifest.ts';
import { manifestKey, parseManifest } from '../landing/manifest.ts';
import { rawSchema, rawTableName } from '../../warehouse/raw-table.ts';
import type { LineContent } from './line-content.ts';
import { findCompaction } from './find-compaction.ts';
import type { Compaction } from './compaction.ts';
import type { ReachedObject } from '../../warehouse/warehouse.ts';
import { archiveErrors } from './errors.ts';
import type { RestoreDeps } from './restore.ts';
import { ensureRetentionSchema, readRetired } from './retired-keys.ts';
import type { RetiredRows } from './retired-keys.ts';
import type { RetentionRule } from './retention-rules.ts';
import { touchedSql } from './retention-sql.ts';
import { ensureTurnsOf, takeTurnsOf } from './turns.ts';

export interface RestoreTouchedResult {
  readonly keys: number;
  readonly rows: number;
}

/** Rows that come back from one landed file. */
interface Part {
  readonly table: string;
  readonly batchId: string;
  readonly fileKey: string;
  readonly lines: ReachedObject & { readonly rows: number };
}

/** Keys that come back in one transaction: each of the files that their rows came from is read once for them. */
const keysAtOnce = 4_000;

/**
 * Brings the history of retired business keys back that loaded batches touch. To be called after loading, and once more
 * after staging, which takes what was loaded in between: it looks at every batch that no call has looked at to the end,
 * whoever has read it meanwhile.
 */
export async function restoreTouched(
  deps: RestoreDeps,
  { rules }: { readonly rules: readonly RetentionRule[] },
): Promise<RestoreTouchedResult> {
  const { warehouse } = deps;
  await ensureRetentionSchema(warehouse);
  const open = 'from _meta.loaded_batch where batch_id not in (select batch_id from _meta.settled_batch)';
  const [first] = await warehouse.query(`select 1 as n ${open} limit 1`);
  if (first === undefined) return { keys: 0, rows: 0 };
  const batches = `_meta.retention_open_${randomBytes(6).toString('hex')}`;
  try {
    // Before looking at what is retired: a key that leaves after that is none that these batches have rows of.
    await warehouse.execute(`create or replace table ${batches} as select batch_id ${open}`);
    const result = await restoreFor(deps, rules, batches);
    await warehouse.execute(`insert into _meta.settled_batch select batch_id from ${batches}`);
    return result;
  } finally {
    await warehouse.execute(`drop table if exists ${batches}`);
  }
}

async function restoreFor(
  deps: RestoreDeps,
  rules: readonly RetentionRule[],
  batches: string,
): Promise<RestoreTouchedResult> {
  const { warehouse } = deps;
  const result = { keys: 0, rows: 0 };
  const [some] = await warehouse.query('select 1 as n from _meta.retired_key limit 1');
  if (some === undefined) return result;
  for (const rule of rules) {
    const found = await warehouse.query(touchedSql(warehouse.capabilities.dialect, rule, batches));
    const keys = found.map((row) => String(row['key']));
    const step = `restore history of ${rule.entity}`;
    for (let from = 0; from < keys.length; from += keysAtOnce) {
      const part = keys.slice(from, from + keysAtOnce);
      result.rows += await restoreKeys(deps, rule, part);
      result.keys += part.length;
      deps.onProgress({ step, state: 'running', done: from + part.length, total: keys.length, unit: 'keys' });
    }
  }
  return result;
}

async function restoreKeys(deps: RestoreDeps, rule: RetentionRule, keys: readonly string[]): Promise<number> {
  const retired = await readRetired(deps.warehouse, rule.entity, keys);
  const parts: Part[] = [];
  try {
    for (const [fileKey, rows] of byFile(retired)) parts.push(await readPart(deps, rule, fileKey, rows));
    await ensureTurnsOf(deps.warehouse, rule);
    return await putBack(deps, rule, keys, parts, retired);
  } finally {
    for (const { lines } of parts) await lines.release();
  }
}

function byFile(retired: readonly RetiredRows[]): Map<string, RetiredRows[]> {
  const files = new Map<string, RetiredRows[]>();
  for (const each of retired) files.set(each.fileKey, [...(files.get(each.fileKey) ?? []), each]);
  return files;
}

async function readPart(
  deps: RestoreDeps,
  { members }: RetentionRule,
  fileKey: string,
  rows: readonly RetiredRows[],
): Promise<Part> {
  const { batchId, file, compaction } = await findFile(deps, fileKey);
  const field = members.find(({ table }) => table === file.table)?.rowKey ?? '';
  const wanted = new Set(rows.map(({ rowKey }) => rowKey));
  const isWanted = ({ data }: LineContent): boolean =>
    wanted.has(fieldText((JSON.parse(data) as Record<string, unknown>)[field]));
  const lines = await reachedLines(deps, file, compaction, isWanted);
  const expected = rows.reduce((sum, each) => sum + each.rows, 0);
  if (lines.rows === expected) return { table: file.table, batchId, fileKey, lines };
  await lines.release();
  throw archiveErrors.error('ARCHIVE_DAMAGED', {
    message: `the archive gave ${lines.rows} rows of ${expected} that were retired`,
    where: fileKey,
  });
}

function fieldText(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

/** The file's own manifest, by the batch that loaded it: the archive's seven years are not read for it. */
async function findFile(
  { warehouse, store }: RestoreDeps,
  fileKey: string,
): Promise<{ batchId: string; file: LandedFile; compaction: Compaction | undefined }> {
  const [row] = await warehouse.query(
    `select b.batch_id, b.source, b.from_position from _meta.load_ledger as l
     join _meta.loaded_batch as b on b.batch_id = l.batch_id where l.file_key = ?`,
    [fileKey],
  );
  const key = manifestKey(String(row?.['source']), String(row?.['from_position']));
  const manifest = parseManifest((await store.get(key))?.toString('utf8') ?? '', key);
  const file = manifest.files.find((each) => each.key === fileKey);
  if (file === undefined) {
    throw archiveErrors.error('ARCHIVE_DAMAGED', {
      message: 'its manifest does not name it',
      where: fileKey,
    });
  }
  const compaction = (await store.exists(fileKey)) ? undefined : await findCompaction(store, manifest, file);
  return { batchId: manifest.batchId, file, compaction };
}

/** Rows and their entries change places in one transaction; whoever came second finds no entries and adds nothing. */
async function putBack(
  deps: RestoreDeps,
  rule: RetentionRule,
  keys: readonly string[],
  parts: readonly Part[],
  retired: readonly RetiredRows[],
): Promise<number> {
  const { entity, source } = rule;
  return await deps.warehouse.transaction(async (session) => {
    await takeTurnsOf(session, rule);
    const standing = await readRetired(session, entity, keys);
    if (standing.length !== retired.length) return 0;
    let written = 0;
    for (const { table, batchId, fileKey, lines } of parts) {
      written += await deps.warehouse.appendFile(session, {
        key: fileKey,
        location: lines.path,
        table: { schema: rawSchema, name: rawTableName(source, table) },
        batchId,
        rows: lines.rows,
      });
    }
    const expected = retired.reduce((sum, { rows }) => sum + rows, 0);
    if (written !== expected) {
      throw archiveErrors.error('ARCHIVE_DAMAGED', {
        message: `${written} rows were written of ${expected} that were retired; nothing was kept`,
      });
    }
    await session.execute(
      `delete from _meta.retired_key where entity = ? and key in (${keys.map(() => '?').join(', ')})`,
      [entity, ...keys],
    );
    return written;
  });
}
