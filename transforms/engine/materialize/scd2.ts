import type { CompileScope } from '../compile/compile.ts';
import { restrictionOf } from '../compile/restriction.ts';
import type { Restriction } from '../compile/restriction.ts';
import { renderDialectMacro } from '../dialect/macros.ts';
import type { Materialization, Scd2 } from '../project/model.ts';
import { logSteps } from './scd2-log.ts';

type Scd2Materialization = Materialization & { readonly kind: 'scd2' };

/** Start of a key's first version: a fact older than the first capture must find its dimension row. */
const beginning = "timestamp '1900-01-01 00:00:00'";
/** End of a current version: a sentinel, so that range joins need no test for null. */
const end = "timestamp '9999-12-31 00:00:00'";

/**
 * Wraps a select over a change log into versions with half-open validity ranges, whatever order the log arrived in.
 *
 * Order is the log's (`_position, _ordinal`). A version counts from the source's own update time where that moves
 * forward; a change that left it alone, or set it back, counts from its commit. Of several at one instant the last in
 * the log stays; equal neighbours collapse into one. A key's first version reaches back to 1900, the last one ends at
 * 9999-12-31. Keys that facts name and the log does not know become inferred members; standing members are added.
 *
 * The surrogate key is the hash of natural key and start: no two versions of a key start at one instant, so it needs
 * no place in the log, and an inferred member keeps its key when its row arrives, as all do over a new snapshot.
 *
 * Columns: surrogate key, durable key, natural key, attributes, derived, type 1, valid_from, valid_to, is_current,
 * is_inferred, is_deleted. `salt` is SQL that the keys are made of besides (see hashSalt).
 */
export function scd2Statement(
  materialization: Scd2Materialization,
  log: string,
  scope: Restriction & Pick<CompileScope, 'dialect' | 'relation'>,
  salt: readonly string[] = [],
): string {
  const { scd2 } = materialization;
  const render = (macro: string, ...positional: string[]): string =>
    renderDialectMacro(macro, scope.dialect, { positional, named: {} });
  // A start as both engines write it, whatever their sessions are set to.
  const keyOf: KeyOf = (key, start) =>
    render(
      'hash_key',
      ...salt,
      key,
      ...(start === undefined ? [] : [render('key_text', start, 'timestamp')]),
    );
  const selects = [versionRows(materialization, keyOf)];
  if (scd2.inferredFrom.length > 0) selects.push(inferredRows(materialization, scope, keyOf));
  selects.push(...scd2.standing.map((member) => standingRow(scd2, member, scope, keyOf)));
  return `with ${logSteps(scd2, log, scope.dialect)},

versions as (
  select
    compared.*,
    case when _previous is null then ${beginning} else _effective_at end as valid_from,
    coalesce(
      lead(_effective_at) over (partition by ${scd2.naturalKey} order by _position, _ordinal), ${end}
    ) as valid_to
  from compared
  where _previous is null or _previous <> _attributes
)

${selects.join('\n\nunion all\n\n')}`;
}

/** Columns between the natural key and the validity. */
function shownColumns({ attributes, derived, type1 }: Scd2): string[] {
  return [...attributes, ...derived, ...type1];
}

/** SQL of the durable key of a natural key, or of the surrogate key of it and a version's start. */
type KeyOf = (key: string, start?: string) => string;

function versionRows({ uniqueKey, scd2 }: Scd2Materialization, keyOf: KeyOf): string {
  const { naturalKey: key, durableKey } = scd2;
  return `select
  ${keyOf(key, 'valid_from')} as ${uniqueKey},
  ${keyOf(key)} as ${durableKey},
  ${[key, ...shownColumns(scd2)].join(',\n  ')},
  valid_from,
  valid_to,
  valid_to = ${end} as is_current,
  false as is_inferred,
  _is_deleted as is_deleted
from versions`;
}

/**
 * Facts can arrive before their dimension's row: they must not be lost, so the member is inferred until it is known.
 * Touched keys without a version are found first; there are usually none, and then no fact is read at all. Values may
 * name the durable key and the marks of inputs, columns of what they stand beside.
 */
function inferredRows(
  { scd2 }: Scd2Materialization,
  scope: Restriction & Pick<CompileScope, 'relation'>,
  keyOf: KeyOf,
): string {
  const { naturalKey: key, durableKey, inferredFrom, inferredValues } = scd2;
  const unknown = (name: string): string =>
    `not exists (select 1 from versions as v where v.${key} = ${name})`;
  const { relation, touched } = scope;
  const marksOf = [...new Set(inferredFrom.flatMap(({ marks }) => marks))];
  const named = inferredFrom.map(({ ref, column, marks }) => {
    const isAsked =
      touched === undefined
        ? restrictionOf(column, scope)
        : `${column} in (select t.touch_key from ${touched} as t where ${unknown('t.touch_key')})`;
    const where = isAsked === undefined ? '' : `\n    where ${isAsked}`;
    const marked = marksOf.map((mark) => `, ${marks.includes(mark) ? 1 : 0} as ${mark}`);
    return `select ${column} as ${key}${marked.join('')} from ${relation(ref)}${where}`;
  });
  const marked = marksOf.map((mark) => `, max(named.${mark}) = 1 as ${mark}`);
  return `select
  ${keyOf(`i.${key}`, beginning)},
  i.${durableKey},
  i.${key},
  ${memberValues(scd2, inferredValues)}
  ${beginning}, ${end}, true, true, false
from (
  select d.*, ${keyOf(`d.${key}`)} as ${durableKey}
  from (
    select named.${key}${marked.join('')} from (
      ${named.join('\n      union all\n      ')}
    ) as named
    where named.${key} is not null
    group by named.${key}
  ) as d
) as i
where ${unknown(`i.${key}`)}`;
}

/**
 * A member that stands for no key of the source. Its keys are its natural key itself where that is a number, which facts
 * write as it is and no hash ever is where it is negative; else the hash of it, which facts must write, too.
 */
function standingRow(scd2: Scd2, member: Scd2['standing'][number], scope: Restriction, keyOf: KeyOf): string {
  const isAsked = restrictionOf(`m.${scd2.naturalKey}`, scope);
  const where = isAsked === undefined ? '' : `\nwhere ${isAsked}`;
  const isNumber = /^-?\d+$/.test(member.key);
  const literal = isNumber ? member.key : `'${member.key.replaceAll("'", "''")}'`;
  const key = isNumber ? `cast(${member.key} as bigint)` : keyOf(literal);
  return `select
  ${key}, ${key}, m.${scd2.naturalKey},
  ${memberValues(scd2, member.values)}
  ${beginning}, ${end}, true, ${String(member.isInferred)}, false
from (select ${literal} as ${scd2.naturalKey}) as m${where}`;
}

function memberValues(scd2: Scd2, values: Readonly<Record<string, string>>): string {
  return shownColumns(scd2)
    .map((column) => `${Object.hasOwn(values, column) ? values[column] : 'null'},`)
    .join(' ');
}
