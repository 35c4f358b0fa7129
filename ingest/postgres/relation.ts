import { createHash } from 'node:crypto';
import type { RowSchema } from '../landing/manifest.ts';
import { captureErrors } from './errors.ts';
import { invalidMessage } from './message-reader.ts';
import type { RelationMessage } from './pgoutput.ts';
import type { CapturedTable } from './shop-tables.ts';
import type { RowRules } from '../pci/row-rules.ts';
import type { ValueRules } from './value-rule.ts';

/** The PostgreSQL schema that the captured tables live in. */
export const sourceSchema = 'public';

/** A captured table as the stream shows it now. */
export interface CapturedRelation {
  readonly table: string;
  readonly schemaId: string;
  readonly schema: RowSchema;
  readonly columns: readonly string[];
  /** `"name":` of each column, ready to be put before a value; undefined for one that is not written. */
  readonly labels: ReadonlyArray<string | undefined>;
  /** What is done to values before they are written. */
  readonly rules: RowRules | undefined;
  /** Where the columns of the declared key are. */
  readonly key: readonly number[];
}

interface ShapeColumn {
  readonly name: string;
  readonly typeOid: number;
  readonly typeModifier: number;
}

/** Names a shape: equal exactly when table, column names, order and types are equal. */
export function schemaIdOf(schema: RowSchema): string {
  const shape = [schema.table, ...schema.columns.map((each) => Object.values(each))];
  return createHash('sha256').update(JSON.stringify(shape)).digest('hex').slice(0, 16);
}

/**
 * A table's shape from its columns, which are in the order of the table as the stream sends them. Columns that are not
 * on the allow-list (any more) have a place in the rows, but are not written.
 */
export function relationOf(
  table: CapturedTable,
  columns: readonly ShapeColumn[],
  rules?: ValueRules,
): CapturedRelation {
  const isWritten = ({ name }: ShapeColumn): boolean => table.columns.includes(name);
  const compiled = rules?.of(table.table, columns);
  // A rule may write a column under other names and as text.
  const written = (column: ShapeColumn, index: number): ShapeColumn[] =>
    (compiled?.written(index) ?? [column]).map(({ name, typeOid }) => ({
      name,
      typeOid,
      typeModifier: typeOid === column.typeOid ? column.typeModifier : -1,
    }));
  const schema: RowSchema = {
    table: table.table,
    columns: columns.flatMap((column, index) =>
      isWritten(column)
        ? written(column, index).map(({ name, typeOid, typeModifier }) => ({ name, typeOid, typeModifier }))
        : [],
    ),
  };
  const names = columns.map((column) => column.name);
  return {
    table: table.table,
    schema,
    schemaId: schemaIdOf(schema),
    columns: names,
    labels: columns.map((column) => (isWritten(column) ? `${JSON.stringify(column.name)}:` : undefined)),
    rules: compiled,
    key: table.key.map((name) => names.indexOf(name)),
  };
}

/** What the stream may show of tables. */
export interface AllowList {
  readonly tables: readonly CapturedTable[];
  /**
   * Columns that a table had before its allow-list changed. Until the stream has passed the change, rows may come with
   * them: columns no longer listed are passed over, new ones may be absent.
   */
  readonly previous?: ReadonlyMap<string, readonly string[]>;
  /** Partitions are announced beside their root, under whose name their changes come. */
  readonly viaRoot?: boolean;
  /** Tables that were on it; what the stream still brings of them is passed over. */
  readonly retired?: ReadonlySet<string>;
  readonly rules?: ValueRules;
}

/**
 * Accepts what the stream says a table looks like only when it is exactly the allow-list: one table or column more
 * would let out what must stay in, one less would be lost without notice.
 */
export function acceptRelation(
  message: RelationMessage,
  { tables, previous, rules }: AllowList,
): CapturedRelation {
  const where = `${message.schema}.${message.table}`;
  const table = tables.find((each) => each.table === message.table && message.schema === sourceSchema);
  if (table === undefined) throw unexpected(`table ${where} is not on the allow-list`, where);
  const names = new Set(message.columns.map((column) => column.name));
  const before = previous?.get(table.table);
  const extra = [...names].filter((name) => !table.columns.includes(name) && before?.includes(name) !== true);
  const missing = table.columns.filter((name) => !names.has(name) && before?.includes(name) !== false);
  if (extra.length > 0) throw unexpected(`columns not on the allow-list: ${extra.join(', ')}`, where);
  if (missing.length > 0) {
    throw captureErrors.error('CAPTURE_COLUMN_MISSING', {
      message: `the stream no longer brings ${missing.join(', ')}`,
      where,
      remedy:
        'A column was renamed or dropped at the source: `shopwave schema diff`. Rename it back, or `shopwave schema deny` it and allow the new one.',
    });
  }
  const identity = new Set(message.columns.filter((column) => column.isKey).map((column) => column.name));
  if (table.key.some((name) => !identity.has(name))) {
    throw captureErrors.error('CAPTURE_KEY_MISSING', {
      message: `the key (${table.key.join(', ')}) is no longer the table's replica identity`,
      where,
    });
  }
  return relationOf(table, message.columns, rules);
}

/** Checks that a row has the shape it was announced with. */
export function checkWidth(relation: CapturedRelation, row: readonly unknown[]): void {
  if (row.length === relation.columns.length) return;
  throw invalidMessage(
    `${row.length} values for the ${relation.columns.length} columns of ${relation.table}`,
  );
}

function unexpected(message: string, where: string): Error {
  return captureErrors.error('CAPTURE_UNEXPECTED_RELATION', { message, where });
}
