import { renderDialectMacro } from '../dialect/macros.ts';
import type { Dialect } from '../dialect/macros.ts';
import type { Scd2 } from '../project/model.ts';

const all = 'rows between unbounded preceding and current row';
const earlier = 'rows between unbounded preceding and 1 preceding';

/**
 * The steps from a log to one row an instant at which a key may have changed: `compared`, with `_effective_at`, the
 * hash of its attributes and that of the row before it, and `_is_deleted`.
 */
export function logSteps(scd2: Scd2, log: string, dialect: Dialect): string {
  const { naturalKey: key } = scd2;
  const inOrder = `partition by ${key} order by _position, _ordinal`;
  const isRecord = scd2.hardDeletes === 'new_record';
  const compared = isRecord ? [...scd2.attributes, '_is_deleted'] : scd2.attributes;
  const attributes = renderDialectMacro('hash_text', dialect, { positional: compared, named: {} });
  return `${noted(scd2, log)},

${isRecord ? carried(scd2) : remaining(scd2)},

placed as (
  select logged.*, max(_moved_at) over (${inOrder} ${earlier}) as _latest_before
  from logged
),

timed as (
  select
    placed.*,
    max(case when _latest_before is null or _moved_at > _latest_before then _moved_at else _committed_at end)
      over (${inOrder} ${all}) as _effective_at
  from placed
),

ranked as (
  select
    timed.*,
    row_number() over (partition by ${key}, _effective_at order by _position desc, _ordinal desc) as _rank_in_instant
  from timed
),

compared as (
  select
    ranked.*,
    ${attributes} as _attributes,
    lag(${attributes}) over (${inOrder}) as _previous
  from ranked
  where _rank_in_instant = 1
)`;
}

/** The log, each row with what is known only from the whole of its key: what it is now, and in which life it stands. */
function noted({ naturalKey: key, type1 }: Scd2, log: string): string {
  const newest = `partition by ${key} order by case when _op = 'd' then 1 else 0 end, _position desc, _ordinal desc`;
  const now = type1
    .map((column) => `\n    first_value(${column}) over (${newest}) as _now_${column},`)
    .join('');
  return `log as (
${log}
),

noted as (
  select
    log.*,${now}
    sum(case when _op = 'd' then 0 else 1 end) over (partition by ${key} order by _position, _ordinal ${all}) as _row,
    first_value(_op) over (partition by ${key} order by _position desc, _ordinal desc) as _last_op
  from log
)`;
}

/** flag: deletes are left out, and the last of them marks all versions. */
function remaining(scd2: Scd2): string {
  const columns = [...scd2.attributes, ...scd2.derived];
  return `logged as (
  select
    ${[scd2.naturalKey, ...columns, ...typeOne(scd2), ...place].join(', ')},
    coalesce(${scd2.updatedAt}, _committed_at) as _moved_at,
    _last_op = 'd' as _is_deleted
  from noted
  where _op <> 'd'
)`;
}

/** new_record: a delete carries its key only, and shows the row it deleted; a delete of what was never seen is nothing. */
function carried(scd2: Scd2): string {
  const row = `partition by ${scd2.naturalKey}, _row order by _position, _ordinal`;
  const columns = [...scd2.attributes, ...scd2.derived].map(
    (column) => `first_value(${column}) over (${row}) as ${column}`,
  );
  return `logged as (
  select
    ${[scd2.naturalKey, ...columns, ...typeOne(scd2), ...place].join(',\n    ')},
    case when _op = 'd' then _committed_at else coalesce(${scd2.updatedAt}, _committed_at) end as _moved_at,
    _op = 'd' as _is_deleted
  from noted
  where _row > 0
)`;
}

const place = ['_position', '_ordinal', '_committed_at'] as const;

function typeOne({ type1 }: Scd2): string[] {
  return type1.map((column) => `_now_${column} as ${column}`);
}
