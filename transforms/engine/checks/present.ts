import type { EngineContext } from '../context.ts';
import { changedRows, runScope } from '../materialize/delta.ts';
import type { BuildRun } from '../materialize/delta.ts';
import { mustModel } from '../project/laws.ts';
import { pruneByOf } from '../materialize/prune-by.ts';
import { publishedRelation } from '../warehouse/relations.ts';
import { uniqueKeyOf } from './keys.ts';
import { withExpressions } from './tested-columns.ts';
import type { TestedColumn } from './tested-columns.ts';

/** Which values of some columns a relation holds, with duplicates. */
export interface PresentQuery {
  readonly columns: readonly TestedColumn[];
  /** A select of the same columns: only those values are asked for. Undefined asks for all. */
  readonly among: string | undefined;
  /** SQL that narrows the relation first. */
  readonly where: string | undefined;
  /** How often a value is there does not matter: what the delta holds is not looked up in production again. */
  readonly isOnceEnough?: boolean;
}

/** Makes the select that answers {@link PresentQuery} for one relation. */
export type Present = (query: PresentQuery) => string;

/** Of a relation that holds everything it has to. */
export function presentIn(relation: string): Present {
  return ({ columns, among, where }) =>
    `select ${list('p', columns)} from ${withExpressions(relation, columns, where)} as p${
      among === undefined ? '' : ` where ${isAmong('p', columns, among)}`
    }`;
}

/**
 * Of a model as this run leaves it. The values asked for are looked up in production and in the delta apart: asking
 * the view that unites them would compare the whole of production with the removed rows first (five times as slow at
 * 100,000 rows, and growing with history). Keys of a model that is pruned by days are looked up on the days of the delta:
 * two rows of one key have one day, unless its mappings forgot the row that left it, which the comparison with a rebuild
 * finds.
 */
export function presentInRun(context: EngineContext, run: BuildRun, name: string): Present {
  const model = mustModel(context.project, name);
  const delta = run.deltas.get(name);
  const key = uniqueKeyOf(model);
  if (delta?.kind !== 'incremental' || key.length === 0) {
    return presentIn(runScope(context, run).relation(name));
  }
  const removed = changedRows(run, model, 'removed');
  const isSame = key.map((column) => `r.${column} = p.${column}`).join(' and ');
  const day = pruneByOf(model);
  return ({ columns, among, where, isOnceEnough = false }) => {
    const names = columns.map((column) => column.name);
    const isOfOneDay = day !== undefined && !isOnceEnough && (isEqual(names, key) || names.includes(day));
    const onDays = isOfOneDay
      ? `p.${day} in (select a.${day} from ${changedRows(run, model, 'added')} as a) and `
      : '';
    const added = withExpressions(changedRows(run, model, 'added'), columns, where);
    // With nothing left to ask for, the warehouse does not read production at all.
    const rest = isOnceEnough ? `${among} except select ${list('a', columns)} from ${added} as a` : among;
    const isAsked = among === undefined ? '' : `${isAmong('p', columns, rest ?? among)} and `;
    return `select ${list('a', columns)} from ${added} as a
      union all
      select ${list('p', columns)} from ${withExpressions(publishedRelation(model), columns, where)} as p
      where ${onDays}${isAsked}not exists (select 1 from ${removed} as r where ${isSame})`;
  };
}

/** A relation narrowed by a check's where. */
export function narrowed(relation: string, where: string | undefined): string {
  return withExpressions(relation, [], where);
}

function isEqual(names: readonly string[], key: readonly string[]): boolean {
  return names.length === key.length && names.every((name) => key.includes(name));
}

function list(alias: string, columns: readonly TestedColumn[]): string {
  return columns.map(({ name }) => `${alias}.${name}`).join(', ');
}

/** Several columns compare null-safe: two nulls make the same combination. */
function isAmong(alias: string, columns: readonly TestedColumn[], among: string): string {
  if (columns.length === 1) return `${list(alias, columns)} in (${among})`;
  const same = columns.map(({ name }) => `${alias}.${name} is not distinct from asked.${name}`).join(' and ');
  return `exists (select 1 from (${among}) as asked where ${same})`;
}
