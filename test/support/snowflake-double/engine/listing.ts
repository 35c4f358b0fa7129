import type { Column, WireValue } from '../contract.ts';
import type { CatalogColumn } from './catalog.ts';
import { spelled, wireTypeOf } from './column-types.ts';
import type { Grant } from './grants.ts';
import type { Work } from './work.ts';

/** What SHOW was asked for. */
export interface Shown {
  readonly work: Work;
  /** Database, and schema, that it looks in; none is the whole account. */
  readonly database: string | undefined;
  readonly schema: string | undefined;
}

/** One kind of thing that SHOW lists: its columns, and a row for each thing with the name that LIKE is asked about. */
export interface Listing {
  readonly columns: readonly string[];
  readonly rows: (shown: Shown) => readonly (readonly Cell[])[];
}

export type Cell = string | number | boolean | null | Date;

/** Columns that hold moments; all others are texts and numbers. */
const moments = new Set(['created_on', 'resumed_on', 'updated_on', 'start_time', 'acquired_on']);
const numbers = new Set([
  'rows',
  'bytes',
  'running',
  'queued',
  'auto_suspend',
  'level',
  'actives',
  'pendings',
]);

export function showColumn(name: string): Column {
  if (moments.has(name)) return { name, type: 'TIMESTAMP_LTZ', scale: 3, nullable: true };
  if (numbers.has(name)) return { name, type: 'FIXED', precision: 38, scale: 0, nullable: true };
  return { name, type: 'TEXT', nullable: true, length: 16_777_216 };
}

export function showValue(cell: Cell): WireValue {
  if (cell === null) return null;
  if (cell instanceof Date)
    return `${Math.floor(cell.getTime() / 1000)}.${String(cell.getTime() % 1000).padStart(3, '0')}000000`;
  if (typeof cell === 'boolean') return cell ? 'true' : 'false';
  return String(cell);
}

export function yes(is: boolean): string {
  return is ? 'Y' : 'N';
}

export function isWithin(name: readonly string[], { database, schema }: Shown): boolean {
  return (database === undefined || name[0] === database) && (schema === undefined || name[1] === schema);
}

export const grantColumns = [
  'created_on',
  'privilege',
  'granted_on',
  'name',
  'granted_to',
  'grantee_name',
  'grant_option',
  'granted_by',
];

export function grantRow(grant: Grant): Cell[] {
  return [
    new Date(grant.createdMs),
    grant.privilege,
    grant.kind.replaceAll(' ', '_'),
    grant.object,
    grant.granteeKind,
    grant.grantee,
    grant.withGrantOption,
    '',
  ];
}

/** DESCRIBE TABLE and VIEW. */
export const describeColumns = [
  'name',
  'type',
  'kind',
  'null?',
  'default',
  'primary key',
  'unique key',
  'check',
  'expression',
  'comment',
  'policy name',
];

export function describeRow(column: CatalogColumn): Cell[] {
  return [
    column.name,
    spelled(wireTypeOf(column.type)),
    'COLUMN',
    yes(column.isNullable),
    column.default ?? null,
    yes(column.isKey),
    'N',
    null,
    null,
    column.comment ?? null,
    null,
  ];
}
