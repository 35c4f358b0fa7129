import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import { workTag } from '../../lib/work-tag.ts';
import { quoteLiteral } from '../../warehouse/sql-text.ts';
import type { Session, Warehouse } from '../../warehouse/warehouse.ts';

/** Rows that one statement read of one table. */
export interface Scan {
  /** The model that the statement was sent for, or else the phase of the run. */
  readonly by: string;
  readonly table: string;
  readonly rows: number;
  readonly sql: string;
}

export interface ScannedWarehouse extends Warehouse {
  /** What was read since the last call, one entry a scan. */
  readonly take: () => readonly Scan[];
}

interface Operator {
  readonly operator_type?: string | undefined;
  readonly operator_rows_scanned?: number | undefined;
  readonly extra_info?: { readonly Table?: string | undefined } | undefined;
  readonly children?: readonly Operator[] | undefined;
}

/** A part of DuckDB's profile in JSON; the statement itself is an operator without a type. */
const operator: z.ZodType<Operator> = z.lazy(() =>
  z.object({
    operator_type: z.string().optional(),
    operator_rows_scanned: z.number().optional(),
    extra_info: z.object({ Table: z.string().optional() }).optional(),
    children: z.array(operator).optional(),
  }),
);

/**
 * DuckDB that has each statement profiled and remembers what it read of which table: parts of a table that zone maps or
 * the keys of a join rule out are not read. Profiles cost time, and each read gets a transaction: nothing to measure time on.
 */
export function scannedWarehouse(warehouse: Warehouse, phase: () => string): ScannedWarehouse {
  let scans: Scan[] = [];
  const profiled = async <T>(session: Session, sql: string, work: () => Promise<T>): Promise<T> => {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'shopwave-profile-'));
    const file = path.join(folder, 'profile.json');
    try {
      await session.execute("pragma enable_profiling = 'json'");
      await session.execute(`set profiling_output = ${quoteLiteral(file)}`);
      const result = await work();
      await session.execute('pragma disable_profiling');
      const text = await readFile(file, 'utf8').catch(() => '{}');
      const by = workTag().model ?? phase();
      for (const scan of scansIn(operator.parse(JSON.parse(text))))
        scans.push({ ...scan, by, sql: sql.replaceAll(/\s+/g, ' ').slice(0, 400) });
      return result;
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  };
  const wrap = (session: Session): Session => ({
    query: (sql, params) => profiled(session, sql, () => session.query(sql, params)),
    execute: (sql, params) => profiled(session, sql, () => session.execute(sql, params)),
  });
  return {
    ...warehouse,
    query: (sql, params) => warehouse.transaction((session) => wrap(session).query(sql, params)),
    execute: (sql, params) => warehouse.transaction((session) => wrap(session).execute(sql, params)),
    transaction: (work) => warehouse.transaction((session) => work(wrap(session))),
    take: () => {
      const taken = scans;
      scans = [];
      return taken;
    },
  };
}

function scansIn(each: Operator): ReadonlyArray<Pick<Scan, 'table' | 'rows'>> {
  const table = each.extra_info?.Table;
  const own =
    each.operator_type === 'TABLE_SCAN' && table !== undefined
      ? // `file.schema.name`
        [{ table: table.split('.').slice(-2).join('.'), rows: each.operator_rows_scanned ?? 0 }]
      : [];
  return [...own, ...(each.children ?? []).flatMap(scansIn)];
}

/** A scan that read a larger part of a large table than a small batch may. */
export interface WideScan extends Scan {
  /** Percent of the table's rows. */
  readonly share: number;
}

/** The widest scan of each reader and table above `percent` of tables of at least `largeRows` rows, the most rows first. */
export async function wideScans(
  warehouse: Warehouse,
  scans: readonly Scan[],
  { largeRows, percent }: { readonly largeRows: number; readonly percent: number },
): Promise<readonly WideScan[]> {
  const rows = await warehouse.query(
    `select schema_name || '.' || table_name as name, estimated_size as n from duckdb_tables()
     where schema_name in ('marts', 'intermediate', 'staging')`,
  );
  const sizes = new Map(rows.map((row) => [String(row['name']), Number(row['n'])]));
  const widest = new Map<string, WideScan>();
  for (const scan of scans) {
    const size = sizes.get(scan.table) ?? 0;
    const share = Math.round((100 * scan.rows) / Math.max(1, size));
    const key = `${scan.by} ${scan.table}`;
    if (size < largeRows || share <= percent || (widest.get(key)?.rows ?? 0) >= scan.rows) continue;
    widest.set(key, { ...scan, share });
  }
  return [...widest.values()].toSorted((left, right) => right.rows - left.rows);
}
