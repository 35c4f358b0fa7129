import type { Session } from '../../../warehouse/warehouse.ts';
import { uniqueKeyOf } from '../checks/keys.ts';
import type { EngineContext } from '../context.ts';
import type { BuildRun } from '../materialize/delta.ts';
import { relationKind } from '../materialize/shape.ts';
import { mustModel } from '../project/laws.ts';
import { keyingOf } from '../project/model.ts';
import type { Model } from '../project/model.ts';
import { deltaRelation, publishedRelation } from '../warehouse/relations.ts';
import type { RunState } from '../warehouse/state.ts';
import { looksAtKeptRows } from './plan.ts';
import { rowKeyOf } from './keep-rows.ts';
import type { Kept } from './keep-rows.ts';

/** What a publication does to kept rows. */
export interface KeptInput {
  readonly run: BuildRun;
  readonly state: RunState;
  /** Models that were computed, and those of them that were computed whole. */
  readonly computed: readonly string[];
  readonly rebuilt: ReadonlySet<string>;
  readonly kept: Kept;
}

/** Rows that stay for a held-back mart are noted with their touch key, so that every later build looks at them again. */
export async function recordKept(context: EngineContext, session: Session, input: KeptInput): Promise<void> {
  const { run, state, computed, kept, rebuilt } = input;
  for (const name of computed.filter((each) => state.keeping.has(each) || kept.rows.has(each))) {
    const model = mustModel(context.project, name);
    const isReshaped = run.deltas.get(name)?.kind === 'full' && !rebuilt.has(name) && !looksAtKeptRows(model);
    if (!isReshaped || uniqueKeyOf(model).length === 0)
      await session.execute('delete from _meta.kept_row where model = ?', [name]);
    else await forgetReplaced(context, session, input, model);
    if (!kept.rows.has(name)) continue;
    const touchKey = keyingOf(model)?.touchKey ?? 'null';
    await session.execute(
      `insert into _meta.kept_row (model, row_key, touch_key, version, run_id)
       select ?, ${rowKeyOf(model)}, cast(${touchKey} as varchar), ${run.version}, ?
       from ${deltaRelation(model, 'kept', run.id)}`,
      [name, run.id],
    );
  }
}

/**
 * A table of dbt's strategies that gets other columns keeps every row that its SELECT does not give, without a look at who
 * refers to it: the mark stays as long as the row does. What the SELECT gave is the model's own again, and without this
 * its mark would later take it away.
 */
async function forgetReplaced(
  { warehouse }: EngineContext,
  session: Session,
  { run, kept }: Pick<KeptInput, 'run' | 'kept'>,
  model: Model,
): Promise<void> {
  const among = (relation: string): string =>
    `row_key in (select ${rowKeyOf(model)} from ${relation} as replaced)`;
  const gone = [`not ${among(publishedRelation(model))}`];
  const select = deltaRelation(model, 'select', run.id);
  if ((await relationKind({ ...warehouse, ...session }, select)) !== undefined) gone.push(among(select));
  if (kept.rows.has(model.name)) gone.push(among(deltaRelation(model, 'kept', run.id)));
  await session.execute(`delete from _meta.kept_row where model = ? and (${gone.join(' or ')})`, [
    model.name,
  ]);
}
