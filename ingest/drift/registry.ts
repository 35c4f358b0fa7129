import type { Knex } from 'knex';
import { z } from 'zod';
import { migrate } from '../../lib/control-store.ts';
import type { DriftChange, DriftKind, Severity } from './change.ts';
import { driftMigrations, driftSchema } from './control-tables.ts';
import type { TableShape } from './shape.ts';

const storedColumns = z.array(
  z.strictObject({ name: z.string(), type: z.string(), id: z.number(), isKey: z.boolean() }),
);

/** A change as it is kept. */
export interface RecordedChange extends DriftChange {
  readonly id: number;
  readonly source: string;
  readonly firstSeen: Date;
  readonly lastSeen: Date;
  /** API objects it was seen in; undefined for tables. */
  readonly objects: number | undefined;
  readonly resolvedAt: Date | undefined;
  readonly resolution: string | undefined;
}

/** A shape as it is kept. */
export interface RecordedShape extends TableShape {
  readonly version: number;
  readonly seenAt: Date;
  readonly goneAt: Date | undefined;
}

/** Creates or updates the registry's schema. */
export async function migrateDrift(control: Knex): Promise<void> {
  await migrate(control, driftSchema, driftMigrations);
}

/** All shapes of a source's tables, oldest first. */
export async function readShapes(control: Knex, source: string): Promise<RecordedShape[]> {
  const rows: Array<Record<string, unknown>> = await control
    .withSchema(driftSchema)
    .from('shape')
    .where({ source })
    .orderBy(['table_name', 'version']);
  return rows.map((row) => ({
    table: String(row['table_name']),
    id: Number(row['table_id']),
    columns: storedColumns.parse(row['columns']),
    version: Number(row['version']),
    seenAt: dateOf(row['seen_at']) ?? new Date(0),
    goneAt: dateOf(row['gone_at']),
  }));
}

/** Per table the newest shape that is not gone. */
export function latestShapes(shapes: readonly RecordedShape[]): RecordedShape[] {
  const latest = new Map(shapes.map((shape) => [shape.table, shape]));
  return [...latest.values()].filter((shape) => shape.goneAt === undefined);
}

/** Keeps what is seen now: a new version where a shape differs, an end where a table is gone. */
export async function recordShapes(
  trx: Knex,
  source: string,
  before: readonly RecordedShape[],
  now: readonly TableShape[],
  at: Date,
): Promise<void> {
  const latest = new Map(latestShapes(before).map((shape) => [shape.table, shape]));
  for (const shape of now) {
    const known = latest.get(shape.table);
    latest.delete(shape.table);
    if (known !== undefined && sameShape(known, shape)) continue;
    const versions = before.filter((each) => each.table === shape.table).map((each) => each.version);
    await trx
      .withSchema(driftSchema)
      .into('shape')
      .insert({
        source,
        table_name: shape.table,
        version: Math.max(0, ...versions) + 1,
        table_id: shape.id,
        columns: JSON.stringify(shape.columns),
        seen_at: at,
      });
  }
  for (const gone of latest.values()) {
    await trx
      .withSchema(driftSchema)
      .from('shape')
      .where({ source, table_name: gone.table, version: gone.version })
      .update({ gone_at: at });
  }
}

/** Keeps changes: a new row for a new one, a later sight for one that is open already. */
export async function recordChanges(
  trx: Knex,
  source: string,
  changes: ReadonlyArray<DriftChange & { readonly objects?: number }>,
  at: Date,
): Promise<void> {
  for (const { table, kind, column, before, after, severity, objects } of changes) {
    await trx.raw(
      `insert into ${driftSchema}.change
         (source, table_name, kind, column_name, before, after, severity, first_seen, last_seen, objects)
       values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
       on conflict (source, table_name, kind, coalesce(column_name, ''), coalesce(after, ''))
         where resolved_at is null
       do update set last_seen = excluded.last_seen, objects = change.objects + excluded.objects`,
      [source, table, kind, column ?? null, before ?? null, after ?? null, severity, at, at, objects ?? null],
    );
  }
}

/** Changes of all sources or one, newest first. */
export async function readChanges(
  control: Knex,
  filter: { readonly source?: string | undefined; readonly isOpen?: boolean } = {},
): Promise<RecordedChange[]> {
  const query = control.withSchema(driftSchema).from('change').orderBy('id', 'desc');
  if (filter.source !== undefined) void query.where({ source: filter.source });
  if (filter.isOpen === true) void query.whereNull('resolved_at');
  const rows: Array<Record<string, unknown>> = await query;
  return rows.map((row) => ({
    id: Number(row['id']),
    source: String(row['source']),
    table: String(row['table_name']),
    kind: String(row['kind']) as DriftKind,
    column: textOf(row['column_name']),
    before: textOf(row['before']),
    after: textOf(row['after']),
    severity: String(row['severity']) as Severity,
    firstSeen: dateOf(row['first_seen']) ?? new Date(0),
    lastSeen: dateOf(row['last_seen']) ?? new Date(0),
    objects: row['objects'] === null ? undefined : Number(row['objects']),
    resolvedAt: dateOf(row['resolved_at']),
    resolution: textOf(row['resolution']),
  }));
}

/** Ends open changes; resolves to how many there were. */
export async function resolveChanges(
  trx: Knex,
  filter: { readonly source: string; readonly table: string; readonly column?: string },
  resolution: string,
  at: Date,
): Promise<number> {
  const query = trx
    .withSchema(driftSchema)
    .from('change')
    .where({ source: filter.source, table_name: filter.table })
    .whereNull('resolved_at');
  if (filter.column !== undefined) void query.where({ column_name: filter.column });
  return await query.update({ resolved_at: at, resolution });
}

/** Ends one open change; resolves to it, or to undefined when there is none of that number. */
export async function resolveChange(
  control: Knex,
  id: number,
  resolution: string,
  at: Date,
): Promise<Pick<RecordedChange, 'source' | 'table' | 'kind'> | undefined> {
  const rows: Array<Record<'source' | 'table_name' | 'kind', string>> = await control
    .withSchema(driftSchema)
    .from('change')
    .where({ id })
    .whereNull('resolved_at')
    .update({ resolved_at: at, resolution })
    .returning(['source', 'table_name', 'kind']);
  const [row] = rows;
  return row && { source: row.source, table: row.table_name, kind: row.kind as DriftKind };
}

function sameShape(left: TableShape, right: TableShape): boolean {
  return left.id === right.id && JSON.stringify(left.columns) === JSON.stringify(right.columns);
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function dateOf(value: unknown): Date | undefined {
  return value instanceof Date ? value : undefined;
}
