import { createHash } from 'node:crypto';
import type { RowSchema } from '../landing/manifest.ts';
import { captureErrors } from './errors.ts';
import { invalidMessage } from './message-reader.ts';
import type { RelationMessage, Tuple } from './pgoutput.ts';
import type { CapturedTable } from './shop-tables.ts';

/** The PostgreSQL schema that the captured tables live in. */
export const sourceSchema = 'public';

/** A captured table as the stream shows it now. */
export interface CapturedRelation {
  readonly table: string;
  readonly schemaId: string;
  readonly schema: RowSchema;
  readonly columns: readonly string[];
  /** `"name":` of each column, ready to be put before a value. */
  readonly labels: readonly string[];
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
  const shape = [schema.table, ...schema.columns.map((each) => [each.name, each.typeOid, each.typeModifier])];
  return createHash('sha256').update(JSON.stringify(shape)).digest('hex').slice(0, 16);
}

/** A table's shape from its columns, which are in the order of the table as the stream sends them. */
export function relationOf(table: CapturedTable, columns: readonly ShapeColumn[]): CapturedRelation {
  const schema: RowSchema = {
    table: table.table,
    columns: columns.map(({ name, typeOid, typeModifier }) => ({ name, typeOid, typeModifier })),
  };
  const names = columns.map((column) => column.name);
  return {
    table: table.table,
    schema,
    schemaId: schemaIdOf(schema),
    columns: names,
    labels: names.map((name) => `${JSON.stringify(name)}:`),
    key: table.key.map((name) => names.indexOf(name)),
  };
}

/**
 * Accepts what the stream says a table looks like only when it is exactly the allow-list: one table or column more
 * would let out what must stay in, one less would be lost without notice.
 */
export function acceptRelation(message: RelationMessage, tables: readonly CapturedTable[]): CapturedRelation {
  const where = `${message.schema}.${message.table}`;
  const table = tables.find((each) => each.table === message.table && message.schema === sourceSchema);
  if (table === undefined) throw unexpected(`table ${where} is not on the allow-list`, where);
  const names = new Set(message.columns.map((column) => column.name));
  const extra = [...names].filter((name) => !table.columns.includes(name));
  const missing = table.columns.filter((name) => !names.has(name));
  if (extra.length > 0) throw unexpected(`columns not on the allow-list: ${extra.join(', ')}`, where);
  if (missing.length > 0) {
    throw captureErrors.error('CAPTURE_COLUMN_MISSING', {
      message: `the stream no longer brings ${missing.join(', ')}`,
      where,
      remedy: 'A column was renamed at the source. Rename it back, or capture anew with the new allow-list.',
    });
  }
  const identity = new Set(message.columns.filter((column) => column.isKey).map((column) => column.name));
  if (table.key.some((name) => !identity.has(name))) {
    throw captureErrors.error('CAPTURE_KEY_MISSING', {
      message: `the key (${table.key.join(', ')}) is no longer the table's replica identity`,
      where,
    });
  }
  return relationOf(table, message.columns);
}

/** Checks that a row has the shape it was announced with. */
export function checkWidth(relation: CapturedRelation, row: Tuple): void {
  if (row.length === relation.columns.length) return;
  throw invalidMessage(
    `${row.length} values for the ${relation.columns.length} columns of ${relation.table}`,
  );
}

function unexpected(message: string, where: string): Error {
  return captureErrors.error('CAPTURE_UNEXPECTED_RELATION', { message, where });
}
