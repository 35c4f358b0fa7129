import { quoteLiteral } from '../../../warehouse/sql-text.ts';
import type { Column } from '../materialize/shape.ts';
import type { Model } from '../project/model.ts';
import { logColumns, stateTable } from '../warehouse/relations.ts';
import type { DeltaPart } from '../warehouse/relations.ts';
import { placeOf } from './changes.ts';

/** What the statements of one model's fold are made from. */
export interface Fold {
  readonly model: Model;
  readonly key: string;
  readonly isHistory: boolean;
  readonly isRebuild: boolean;
  readonly hasMarks: boolean;
  /** Of the model's SELECT, in its order. */
  readonly columns: readonly Column[];
  /** Whether rows of it may stand in quarantine that are not made anew here. */
  readonly hasQuarantine: boolean;
  /** Whether any row leaves values out. */
  readonly isFilled: boolean;
  readonly relation: (part: DeltaPart) => string;
}

/** The columns that an event has besides the model's own. */
const eventColumns = '_unchanged, _is_base, _is_bad';

/**
 * One row an event of the keys concerned: what came in, what is staged, and what stands aside, of which only key and
 * place are known. Truncates and snapshots concern every key.
 */
export function eventsSql(fold: Fold): string {
  const { key, model, isRebuild, hasMarks, relation } = fold;
  const concerned = hasMarks ? '' : ` where ${key} in (select ${key} from ${relation('select')})`;
  const parts = [
    `select i.*, p._unchanged, 1 = 0 as _is_base, 1 = 0 as _is_bad from ${relation('select')} as i
     left join ${relation('partial')} as p on p._position = i._position and p._ordinal = i._ordinal`,
    ...(isRebuild
      ? []
      : [`select s.*, cast(null as varchar), 1 = 1, 1 = 0 from ${stateTable(model)} as s${concerned}`]),
    asideEvents(fold, relation('aside'), 'log_position', 'log_ordinal'),
    ...(fold.hasQuarantine ? [asideEvents(fold, quarantined(model), 'position', 'ordinal')] : []),
  ];
  return `select ${names(fold)}, ${eventColumns}, _place from (
    select every_event.*, ${placeOf()} as _place,
      row_number() over (partition by ${key}, _position, _ordinal
        order by case when _is_bad then 2 when _is_base then 1 else 0 end) as _copy
    from (${parts.join('\nunion all\n')}) as every_event
  ) as counted where _copy = 1`;
}

function quarantined({ name }: Model): string {
  return `(select * from _meta.quarantine where model = ${quoteLiteral(name)} and status <> 'replayed') as stands`;
}

function asideEvents(fold: Fold, rows: string, position: string, ordinal: string): string {
  const values: Readonly<Record<string, string>> = {
    _op: "'u'",
    _position: position,
    _ordinal: ordinal,
    _committed_at: 'cast(null as timestamp)',
  };
  const key = `try_cast(key_text as ${typeOf(fold)})`;
  const items = fold.columns.map(({ name, type }) =>
    name === fold.key ? key : (values[name] ?? `cast(null as ${type})`),
  );
  return `select ${items.join(', ')}, cast(null as varchar), 1 = 0, 1 = 1 from ${rows} where ${key} is not null`;
}

function typeOf({ columns, key }: Fold): string {
  return columns.find(({ name }) => name === key)?.type ?? 'varchar';
}

function names({ columns }: Fold, alias = ''): string {
  return columns.map(({ name }) => `${alias}${name}`).join(', ');
}

/**
 * The events in order, with a delete for every row that a truncate or the absence from a snapshot ended. _life counts the
 * lives of a key, which end with a delete or begin with a move from another key; _from_key and _from_place say from where.
 */
export function livesSql(fold: Fold): string {
  const { key, relation, isFilled } = fold;
  const own = `select ${names(fold)}, ${eventColumns}, _place from ${relation('events')}`;
  const all = fold.hasMarks ? `${own}\nunion all\n${endsSql(fold)}` : own;
  if (!isFilled) return all;
  const inOrder = `partition by ${key} order by _place`;
  return `with every_event as (${all}),
moved as (
  select e.*, d._from_key, d._from_place, lag(e._op) over (partition by e.${key} order by e._place) as _op_before
  from every_event as e
  left join (
    select ${key} as _from_key, _place as _from_place, _position as _at, _ordinal as _nth from every_event where _op = 'd'
  ) as d on e._op = 'c' and e._unchanged is not null and d._at = e._position and d._nth + 1 = e._ordinal
)
select ${names(fold)}, ${eventColumns}, _place, _from_key, _from_place,
  sum(case when _op_before = 'd' or _from_place is not null then 1 else 0 end)
    over (${inOrder} rows between unbounded preceding and current row) as _life
from moved`;
}

/** A delete for each row that is the last of its key before a mark. A snapshot names a key by a row at its own place. */
function endsSql(fold: Fold): string {
  const { key, columns, relation } = fold;
  const items = columns.map(({ name, type }) => {
    if (name === key) return `ended.${key}`;
    if (name === '_op') return "'d'";
    return logColumns.includes(name) ? `ended.${name}` : `cast(null as ${type})`;
  });
  return `select ${items.join(', ')}, cast(null as varchar), 1 = 0, 1 = 0, ended._place
  from (
    select o.${key}, m._position, m._ordinal, m._committed_at, m._place,
      row_number() over (partition by o.${key}, o._place order by m._place) as _nth_mark
    from (
      select ${key}, _op, _place, lead(_place) over (partition by ${key} order by _place) as _next_place
      from ${relation('events')}
    ) as o
    join ${relation('marks')} as m
      on m._place > o._place and (o._next_place is null or o._next_place > m._place)
    where o._op <> 'd'
  ) as ended
  where ended._nth_mark = 1`;
}

/** One row a move of a row to another key: the life that it began, and the one that it went on from. */
export function movesSql({ key, relation }: Fold): string {
  return `select n.${key} as _key, n._life, d.${key} as _from_key, d._life as _from_life
  from ${relation('lives')} as n
  join ${relation('lives')} as d on d.${key} = n._from_key and d._place = n._from_place`;
}

/** Rows of which a value is not known, for the relation `aside`; one that was staged once is none. */
export function lostSql(fold: Fold): string {
  const { key, relation } = fold;
  return `select f._position, f._ordinal, cast(f.${key} as varchar), cast(null as varchar), f._lost,
    case f._lost
      when 'PREDECESSOR_MISSING' then 'the log leaves values out, and no row before it has them'
      when 'PREDECESSOR_QUARANTINED' then 'the log leaves values out, and the row before it stands in quarantine'
      else 'a column is made from values of which the log leaves out only some'
    end, p._batch_id
  from ${relation('filled')} as f
  join ${relation('partial')} as p on p._position = f._position and p._ordinal = f._ordinal
  where f._lost is not null and not f._is_base${fold.isRebuild ? '' : ` and not exists (${staged(fold, 'f', '')})`}`;
}

/** A staged row that stands where a row is to be put, or later. */
function staged({ model, key, isHistory }: Fold, row: string, alsoAlike: string): string {
  const isSamePlace = `s._position = ${row}._position and s._ordinal = ${row}._ordinal${alsoAlike}`;
  const isLater = isHistory
    ? ''
    : `s._position > ${row}._position or (s._position = ${row}._position and s._ordinal > ${row}._ordinal) or `;
  return `select 1 from ${stateTable(model)} as s where s.${key} = ${row}.${key} and (${isLater}(${isSamePlace}))`;
}

/**
 * What is to be staged of the events. A row of a snapshot that says what its key's row said before it is no event. latest:
 * the last of each key; history: each. What is there already, all columns alike, is left alone.
 */
export function winnersSql(fold: Fold): string {
  const { key, isHistory, isRebuild, isFilled, columns, hasMarks } = fold;
  const rows = fold.relation(isFilled ? 'filled' : 'lives');
  const isKept = `not _is_bad${isFilled ? ' and _lost is null' : ''}`;
  const values = columns.filter(({ name }) => !logColumns.includes(name)).map(({ name }) => name);
  const isRepeated = hasMarks ? repeatedSql(fold, values) : '1 = 0';
  const ranked = `select compared.*, row_number() over (partition by ${key} order by _place desc) as _rank
    from (select r.*, ${isRepeated} as _is_repeated from ${rows} as r) as compared
    where ${isKept} and not _is_repeated`;
  const alike = columns.map(({ name }) => ` and s.${name} is not distinct from i.${name}`).join('');
  const conditions = [
    ...(isHistory ? [] : ['i._rank = 1']),
    'not i._is_base',
    ...(isRebuild ? [] : [`not exists (${staged(fold, 'i', alike)})`]),
  ];
  return `select ${names(fold, 'i.')} from (${ranked}) as i where ${conditions.join(' and ')}`;
}

function repeatedSql({ key, isFilled }: Fold, values: readonly string[]): string {
  const before = (column: string): string => `lag(${column}) over (partition by ${key} order by _place)`;
  const alike = values.map((name) => `${name} is not distinct from ${before(name)}`);
  const whole = isFilled ? [`${before('_lost')} is null`] : [];
  const conditions = ["_op = 'r'", `${before('_op')} <> 'd'`, `not ${before('_is_bad')}`, ...whole, ...alike];
  return `coalesce(${conditions.join(' and ')}, 1 = 0)`;
}
