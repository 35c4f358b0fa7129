import type { Fold } from './fold-sql.ts';

/** A staging column of which some rows leave the value out. */
export interface CarriedColumn {
  readonly column: string;
  /** True of a row that leaves out all that the column is made from. */
  readonly isCarried: string;
  /** True of a row that leaves out any of it. */
  readonly isAnyCarried: string;
}

/**
 * Every event with all its values. Lives that a move joins are one thread, in which a value that a row leaves out is that
 * of the last row which has it; a delete has none and passes it on to the key that the row moved to. _lost says why a
 * row's values cannot be known.
 */
export function filledSql(
  fold: Fold,
  { columns, isTangled }: { readonly columns: readonly CarriedColumn[]; readonly isTangled: string },
): string {
  const { key, relation } = fold;
  const thread = 'partition by _thread_key, _thread_life';
  const isOut = ({ isCarried }: CarriedColumn): string => `(_unchanged is not null and ${isCarried})`;
  const groups = columns.map(
    (each, index) =>
      `sum(case when _op = 'd' or ${isOut(each)} then 0 else 1 end)
        over (${thread} order by _place rows between unbounded preceding and current row) as _group_${index}`,
  );
  const first = (value: string, index: number): string =>
    `first_value(${value}) over (${thread}, _group_${index} order by _place rows between unbounded preceding and current row)`;
  const items = fold.columns.map(({ name }) => {
    const index = columns.findIndex(({ column }) => column === name);
    const carried = columns[index];
    if (carried === undefined) return name;
    return `case when ${isOut(carried)} then ${first(name, index)} else ${name} end as ${name}`;
  });
  const anyOf = (of: readonly string[]): string => (of.length === 0 ? '1 = 0' : `(${of.join(' or ')})`);
  const isMissing = anyOf(columns.map((each, index) => `(${isOut(each)} and _group_${index} = 0)`));
  const isAside = anyOf(columns.map((each, index) => `(${isOut(each)} and ${first('_is_bad', index)})`));
  return `with recursive up as (
  select _key, _life, _from_key, _from_life, 1 as _depth from ${relation('moves')}
  union all
  select up._key, up._life, m._from_key, m._from_life, up._depth + 1
  from up join ${relation('moves')} as m on m._key = up._from_key and m._life = up._from_life
),

beginnings as (
  select _key, _life, _from_key, _from_life from (
    select up.*, row_number() over (partition by _key, _life order by _depth desc) as _nth from up
  ) as climbed where _nth = 1
),

threaded as (
  select l.*, coalesce(b._from_key, l.${key}) as _thread_key, coalesce(b._from_life, l._life) as _thread_life
  from ${relation('lives')} as l
  left join beginnings as b on b._key = l.${key} and b._life = l._life
),

grouped as (
  select ${['threaded.*', ...groups].join(',\n    ')}
  from threaded
)

select ${items.join(', ')}, _unchanged, _is_base, _is_bad, _place,
  case
    when _unchanged is null then null
    when ${isTangled} then 'VALUE_ENTANGLED'
    when ${isMissing} then 'PREDECESSOR_MISSING'
    when ${isAside} then 'PREDECESSOR_QUARANTINED'
  end as _lost
from grouped`;
}
