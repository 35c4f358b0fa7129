import type { Row } from '../../../warehouse/warehouse.ts';

/** Two relations to compare by key. Keys and columns are names that both have. */
export interface Comparison {
  readonly before: string;
  readonly after: string;
  readonly keys: readonly string[];
  /** Compared columns, keys left out; `asText` where the type differs between the two. */
  readonly columns: readonly { readonly name: string; readonly asText: boolean }[];
  /** Whether rows can share a key: then they are paired in the order of their columns. */
  readonly isNumbered: boolean;
}

/** What became of the rows of one relation in another. */
export interface RowCounts {
  readonly before: number;
  readonly after: number;
  readonly added: number;
  readonly removed: number;
  /** Rows of a key that both have, with a difference in at least one column. */
  readonly changed: number;
  /** Of those, how many differ in each column; columns without a difference are left out. */
  readonly columns: ReadonlyArray<{ readonly name: string; readonly changed: number }>;
}

/** One statement that counts added, removed and changed rows, and changes per column; read by `readCounts`. */
export function classifySql(comparison: Comparison): string {
  const counts = comparison.columns.map((column, index) => `${countIf(differs(column))} as changed_${index}`);
  const any = anyDiffers(comparison);
  return `select count(b._is) as rows_before, count(a._is) as rows_after,
  ${countIf('b._is is null')} as added, ${countIf('a._is is null')} as removed,
  ${countIf(any)} as changed${counts.length === 0 ? '' : `,\n  ${counts.join(',\n  ')}`}
from ${joined(comparison)}`;
}

/** Reads the one row that `classifySql` gives for the same comparison; a row that is missing counts nothing. */
export function readCounts({ columns }: Comparison, row: Row | undefined): RowCounts {
  const count = (name: string): number => Number(row?.[name] ?? 0);
  return {
    before: count('rows_before'),
    after: count('rows_after'),
    added: count('added'),
    removed: count('removed'),
    changed: count('changed'),
    columns: columns
      .map(({ name }, index) => ({ name, changed: count(`changed_${index}`) }))
      .filter(({ changed }) => changed > 0),
  };
}

/** One key that differs, with the values that do; `before` is null for an added row, `after` for a removed one. */
export interface RowSample {
  /** `order_key=17`, or whole rows where there is no key. */
  readonly key: string;
  readonly before: Readonly<Record<string, string | null>> | null;
  readonly after: Readonly<Record<string, string | null>> | null;
}

/** Some rows that differ, in key order, as text; read by `readSamples`. */
export function sampleSql(comparison: Comparison, limit: number): string {
  const { keys, columns } = comparison;
  const text = (side: string, name: string): string => `cast(${side}.${name} as varchar)`;
  const shown = [
    ...keys.map((key, index) => `coalesce(${text('a', key)}, ${text('b', key)}) as key_${index}`),
    ...columns.flatMap(({ name }, index) => [
      `${text('b', name)} as before_${index}`,
      `${text('a', name)} as after_${index}`,
    ]),
  ];
  const order = keys.map((_, index) => `key_${index}`).join(', ');
  return `select b._is as in_before, a._is as in_after${shown.map((each) => `, ${each}`).join('')}
from ${joined(comparison)}
where b._is is null or a._is is null or ${anyDiffers(comparison)}${order === '' ? '' : `\norder by ${order}`}
limit ${limit}`;
}

/**
 * Reads the rows that `sampleSql` gives for the same comparison. Of a changed row only the columns that differ are
 * kept.
 */
export function readSamples({ keys, columns }: Comparison, rows: readonly Row[]): RowSample[] {
  return rows.map((row) => {
    const text = (name: string): string | null => (row[name] === null ? null : String(row[name]));
    const isIn = (side: string): boolean => row[`in_${side}`] !== null;
    const isBoth = isIn('before') && isIn('after');
    const shown = columns.flatMap(({ name }, index) =>
      isBoth && text(`before_${index}`) === text(`after_${index}`) ? [] : [{ name, index }],
    );
    const side = (which: 'before' | 'after'): RowSample['before'] =>
      isIn(which)
        ? Object.fromEntries(shown.map(({ name, index }) => [name, text(`${which}_${index}`)]))
        : null;
    const key = keys.map((name, index) => `${name}=${text(`key_${index}`)}`).join(', ');
    return { key, before: side('before'), after: side('after') };
  });
}

/** How many rows share their key with an earlier one. */
export function duplicatesSql(relation: string, keys: readonly string[]): string {
  return `select coalesce(sum(n - 1), 0) as n from (select count(*) as n from ${relation} group by ${keys.join(', ')}) as each_key`;
}

function joined({ before, after, keys, columns, isNumbered }: Comparison): string {
  const names = columns.map(({ name }) => name);
  const number = `, row_number() over (partition by ${keys.join(', ')} order by ${[...names, '1'].join(', ')}) as _copy`;
  const side = (relation: string): string =>
    `(select ${[...keys, ...names].join(', ')}, 1 as _is${isNumbered ? number : ''} from ${relation})`;
  const same = [...keys, ...(isNumbered ? ['_copy'] : [])];
  const on = same.map((name) => `b.${name} is not distinct from a.${name}`).join(' and ');
  return `${side(before)} as b full outer join ${side(after)} as a on ${on}`;
}

function differs({ name, asText }: Comparison['columns'][number]): string {
  const value = (side: string): string => (asText ? `cast(${side}.${name} as varchar)` : `${side}.${name}`);
  return `b._is is not null and a._is is not null and ${value('b')} is distinct from ${value('a')}`;
}

function anyDiffers({ columns }: Comparison): string {
  return columns.length === 0 ? '1 = 0' : `(${columns.map((each) => `(${differs(each)})`).join(' or ')})`;
}

function countIf(condition: string): string {
  return `coalesce(sum(case when ${condition} then 1 else 0 end), 0)`;
}
