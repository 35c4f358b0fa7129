import { quoteLiteral } from '../../warehouse/sql-text.ts';
import { invalidMessage } from './message-reader.ts';
import { quoted } from './publication.ts';
import type { ColumnFacts } from './source-facts.ts';

/** Values of the key columns of one row, in PostgreSQL's text. */
export type KeyValues = readonly string[];

/** A part of a table by key: after one key, up to and with another; null is the table's own end. */
export interface KeyRange {
  readonly after: KeyValues | null;
  readonly upTo: KeyValues | null;
}

/** A column of the key and its type as SQL names it. */
export type KeyColumn = Pick<ColumnFacts, 'name' | 'typeName'>;

/** The columns of the key, for ORDER BY and for comparing whole keys. */
export function keyList(key: readonly KeyColumn[]): string {
  return key.map((column) => quoted(column.name)).join(', ');
}

/** A key's values, each as a literal of its column's own type: the comparison is then the index's. */
export function keyRow(key: readonly KeyColumn[], values: KeyValues): string {
  const literals = key.map(({ typeName }, index) => `${quoteLiteral(values[index] ?? '')}::${typeName}`);
  return `(${literals.join(', ')})`;
}

/** The values of a key's columns in a row; they are never null, and far too small to be anything but text. */
export function keyValuesOf(row: readonly unknown[], at: readonly number[]): KeyValues {
  return at.map((index) => {
    const value = row[index];
    if (typeof value === 'string') return value;
    throw invalidMessage('a row without its key');
  });
}

/** The condition of a range; empty when it is the whole table. */
export function rangeCondition(key: readonly KeyColumn[], { after, upTo }: KeyRange): string {
  const columns = `(${keyList(key)})`;
  const parts = [
    ...(after === null ? [] : [`${columns} > ${keyRow(key, after)}`]),
    ...(upTo === null ? [] : [`${columns} <= ${keyRow(key, upTo)}`]),
  ];
  return parts.length === 0 ? '' : `where ${parts.join(' and ')}`;
}

/** Ranges between the given keys, which ascend; none of them makes the whole table one range. */
export function rangesBetween(bounds: readonly KeyValues[]): KeyRange[] {
  const ends = [null, ...bounds, null];
  return ends.slice(1).map((upTo, index) => ({ after: ends[index] ?? null, upTo }));
}

/** Evenly spread bounds for `count` ranges out of a sample of keys in order, each bound once. */
export function boundsOf(sample: readonly KeyValues[], count: number): KeyValues[] {
  const bounds: KeyValues[] = [];
  for (let range = 1; range < count; range += 1) {
    const bound = sample[Math.floor((range * sample.length) / count)];
    if (bound !== undefined && bound.join('\0') !== bounds.at(-1)?.join('\0')) bounds.push(bound);
  }
  return bounds;
}
