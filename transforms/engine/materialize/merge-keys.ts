import type { Row } from '../../../warehouse/warehouse.ts';
import { nearest } from '../../../lib/edit-distance.ts';
import { keyColumns } from './difference.ts';
import { materializeErrors } from './errors.ts';
import type { Column } from './shape.ts';
import type { Work } from './work.ts';

/** unique_key of dbt's strategies as a list; empty where there is none, and for all other kinds. */
export function strategyKeys({ model }: Work): readonly string[] {
  const { materialization } = model;
  return materialization.kind === 'incremental' && materialization.strategy !== 'keys_touched'
    ? materialization.uniqueKey
    : [];
}

/**
 * A merge whose rows have a null key, or the same key twice, has no right answer: engines fail, double the row or pick
 * one. It is refused, with some of the keys. Does nothing for models that do not merge.
 */
export async function mustHaveFitKeys(work: Work, relation: string): Promise<void> {
  const { materialization } = work.model;
  const keys = strategyKeys(work);
  if (materialization.kind !== 'incremental' || materialization.strategy !== 'merge' || keys.length === 0)
    return;
  const names = keys.map((_, index) => `_key_${index + 1}`);
  const isNull = names.map((name) => `${name} is null`).join(' or ');
  const rows = await work.context.warehouse.query(
    `select ${names.join(', ')}, count(*) as n from (select ${keyColumns(keys)} from ${relation}) as keyed
     group by ${names.join(', ')} having count(*) > 1 or ${isNull} order by n desc limit 3`,
  );
  if (rows.length === 0) return;
  const examples = rows.map((row) => `(${describeKey(keys, row)}) in ${String(row['n'])} row(s)`);
  throw materializeErrors.error('TRANSFORM_DUPLICATE_KEYS', {
    message: `${work.model.name}: unique_key is null or not unique in what would be merged, such as ${examples.join(', ')}`,
    where: work.model.file,
  });
}

function describeKey(keys: readonly string[], row: Row): string {
  return keys.map((key, index) => `${key} = ${String(row[`_key_${index + 1}`] ?? 'null')}`).join(', ');
}

/** A unique_key that is a plain name must be a column; expressions are left to the warehouse. */
export function mustKnowKeys(work: Work, select: readonly Column[]): void {
  const names = select.map(({ name }) => name);
  const unknown = strategyKeys(work).find(
    (key) => /^[a-z_][a-z0-9_]*$/i.test(key) && !names.includes(key.toLowerCase()),
  );
  if (unknown === undefined) return;
  const near = nearest(unknown, names);
  throw materializeErrors.error('TRANSFORM_UNKNOWN_KEY', {
    message: `${work.model.name} has no column ${unknown}${near === undefined ? '' : `; did you mean ${near}?`}`,
    where: work.model.file,
  });
}
