import type { Row } from '../../../warehouse/warehouse.ts';
import { nearest } from '../../../lib/edit-distance.ts';
import type { Model } from '../project/model.ts';
import { materializeErrors } from './errors.ts';
import type { Column } from './shape.ts';

/** meta.prune_by of a model that is recomputed by touch key. */
export function pruneByOf({ materialization }: Model): string | undefined {
  return 'pruneBy' in materialization ? materialization.pruneBy : undefined;
}

/** Whether values of a type, of either engine, can be bounded by days. */
export function isTimeType(type: string): boolean {
  return /^(?:date|datetime|timestamp\w*)\b/i.test(type.trim());
}

/** Refuses a prune_by that is no column of the model, or one that days cannot bound. */
export function mustPruneByTime(model: Model, columns: readonly Column[]): void {
  const name = pruneByOf(model);
  if (name === undefined) return;
  const type = columns.find((column) => column.name === name)?.type;
  if (type !== undefined && isTimeType(type)) return;
  const near = nearest(
    name,
    columns.map((column) => column.name),
  );
  const hint = near === undefined ? '' : `; did you mean ${near}?`;
  throw materializeErrors.error('TRANSFORM_PRUNE_BY_INVALID', {
    message: `${model.name}: prune_by ${name} ${type === undefined ? `is no column of it${hint}` : `is ${type}`}`,
    where: model.file,
  });
}

/** What is to be selected of a relation to bound the days of its rows by `dayBounds`. */
export function dayItems(relation: string, column: string): string {
  const one = (item: string): string => `(select ${item} from ${relation})`;
  return [
    `${one(`cast(min(${column}) as date)`)} as low`,
    `${one(`cast(max(${column}) as date) + 1`)} as below`,
    `${one(`count(*) - count(${column})`)} as nulls`,
  ].join(', ');
}

/**
 * Literal bounds on the days of a relation's rows, so that a delete reads only their partitions. Half-open and in whole
 * days: they hold for dates and for timestamps of any precision, whatever digits a warehouse writes. Undefined where a
 * row has none, or one beyond the years that every engine takes as a literal.
 */
export function dayBounds(column: string, row: Row | undefined): string | undefined {
  const { low, below, nulls } = row ?? {};
  if (!isDay(low) || !isDay(below) || Number(nulls) > 0) return undefined;
  return `${column} >= date '${low}' and ${column} < date '${below}'`;
}

/** Whether a value read from a warehouse is a day that every engine takes as a literal. */
export function isDay(value: unknown): value is string {
  return typeof value === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(value);
}
