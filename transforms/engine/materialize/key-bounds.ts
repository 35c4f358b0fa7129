import type { Row } from '../../../warehouse/warehouse.ts';
import type { KeyBounds } from '../compile/restriction.ts';
import { isDay } from './prune-by.ts';

/** So many gaps are told: ids of two sources and numbers of their own have two, days that came late some more. */
const mostGaps = 4;

/** Of sets that hold keys of any time: each of them lies apart from the others. */
const manyGaps = 64;

/** What bounds can be told of: how far apart two keys are. */
const distances = {
  day: (key: string): string => key,
  // By magnitude: hashes are so far apart that the gap between the ids of two sources would be nothing beside theirs.
  number: (key: string): string => `sign(${key}) * ln(1 + abs(cast(${key} as double)))`,
} as const;

/** A kind of key that lies within bounds. */
export type BoundedKind = keyof typeof distances;

const kinds: readonly { readonly kind: BoundedKind; readonly type: RegExp }[] = [
  { kind: 'day', type: /^date$/i },
  { kind: 'number', type: /int|^number|^decimal|^numeric/i },
];

/** By the type of a column; undefined: its keys have no bounds. */
export function boundedKindOf(type: string | undefined): BoundedKind | undefined {
  return kinds.find((each) => each.type.test(type ?? ''))?.kind;
}

/**
 * A select of the least and the greatest key of a relation with each of the widest gaps (low, high, gap_from, gap_to);
 * one row without a gap where there is one key, or none. With `set`, a column, the same of each of its values; `many` are
 * the sets whose keys are of any time.
 */
export function selectBounds(
  relation: string,
  {
    key,
    kind,
    set,
    many = [],
  }: {
    readonly key: string;
    readonly kind: BoundedKind;
    readonly set?: string;
    readonly many?: readonly number[];
  },
): string {
  const distance = distances[kind];
  const own = set === undefined ? '' : `${set}, `;
  const each = set === undefined ? '' : `partition by ${set} `;
  const isSame = set === undefined ? '' : `gaps.${set} = ends.${set} and `;
  const most =
    many.length === 0
      ? String(mostGaps)
      : `case when gaps.${set} in (${many.join(', ')}) then ${manyGaps} else ${mostGaps} end`;
  return `select ${set === undefined ? '' : `ends.${set}, `}ends.low, ends.high, gaps.gap_from, gaps.gap_to
    from (
      select ${own}min(${key}) as low, max(${key}) as high from ${relation}${set === undefined ? '' : ` group by ${set}`}
    ) as ends
    left join (
      select ${own}gap_from, gap_to,
        row_number() over (${each}order by ${distance('gap_to')} - ${distance('gap_from')} desc, gap_to) as place
      from (
        select ${own}${key} as gap_to, lag(${key}) over (${each}order by ${key}) as gap_from from ${relation}
      ) as steps
      where gap_from is not null
    ) as gaps on ${isSame}gaps.place <= ${most}`;
}

/** The bounds in the rows of selectBounds, of one set; undefined where there is no key. */
export function boundsIn(rows: readonly Row[]): KeyBounds | undefined {
  const low = literalOf(rows[0]?.['low']);
  const high = literalOf(rows[0]?.['high']);
  if (low === undefined || high === undefined) return undefined;
  const gaps = rows.flatMap(({ gap_from: from, gap_to: to }) => {
    const [after, before] = [literalOf(from), literalOf(to)];
    return after === undefined || before === undefined ? [] : [{ after, before }];
  });
  return { low, high, gaps };
}

/** A text that looks like a day is a day here: only kinds that have bounds come this far. */
function literalOf(value: unknown): string | undefined {
  if (typeof value === 'bigint' || typeof value === 'number') return String(value);
  return isDay(value) ? `date '${value}'` : undefined;
}
