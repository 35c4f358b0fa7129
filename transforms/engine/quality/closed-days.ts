import { quoteLiteral } from '../../../warehouse/sql-text.ts';
import type { Session } from '../../../warehouse/warehouse.ts';
import { renderDataTest } from '../compile/compile.ts';
import type { EngineContext } from '../context.ts';
import { publishedWorld } from '../checks/published-world.ts';
import type { DataTest } from '../project/model.ts';
import { dateAdd } from '../dialect/dates.ts';
import { insertRows } from '../warehouse/insert-rows.ts';
import { feedTable, publishedRelation } from '../warehouse/relations.ts';
import { mustModel } from '../project/laws.ts';

/** The generic test (tests/generic/restated_history.sql) that compares closed days with what was kept of them. */
const kind = 'restated_history';

/** Somebody's word that days of a mart were changed on purpose. Dates are YYYY-MM-DD, `to` not included. */
export interface Restatement {
  readonly model: string;
  readonly from: string;
  readonly to: string;
  readonly reason: string;
}

/** Records that days of a mart are restated: what was kept of them counts no more. */
export async function restate(context: EngineContext, restatement: Restatement): Promise<void> {
  mustModel(context.project, restatement.model);
  const { model, from, to, reason } = restatement;
  await insertRows(
    context.warehouse,
    '_meta.restatement',
    [
      'model',
      { name: 'from_day', type: 'date' },
      { name: 'to_day', type: 'date' },
      'reason',
      { name: 'recorded_at', type: 'timestamp' },
    ],
    [[model, from, to, reason, context.clock.now().toISOString()]],
  );
}

/**
 * A backfill changes closed days on purpose, and says so itself: of every series, the days of the rows that it changes, in
 * the transaction that publishes them; all days where the mart was rebuilt whole.
 */
export async function restateByBackfill(
  { project, warehouse, clock }: EngineContext,
  session: Session,
  backfill: { readonly id: string; readonly version: bigint },
): Promise<void> {
  for (const test of [...project.models.values()].flatMap(({ tests }) => tests)) {
    const { series, day } = test.arguments;
    if (test.kind !== kind || typeof series !== 'string' || typeof day !== 'string') continue;
    const model = mustModel(project, test.attachedTo.name);
    const next = dateAdd('day', '1', 'c.day', warehouse.capabilities.dialect);
    const name = quoteLiteral(series);
    await session.execute(
      `insert into _meta.restatement (model, from_day, to_day, reason, recorded_at)
       select d.model, d.from_day, d.to_day, ?, cast(? as timestamp) from (
         select ${name} as model, c.day as from_day, cast(${next} as date) as to_day from (
           select distinct cast(${day} as date) as day from ${feedTable(model)} where _step = ${backfill.version}
         ) as c where c.day is not null
         union all
         select ${name}, cast('0001-01-01' as date), cast('9999-12-31' as date) from _meta.model_state
         where model = ${quoteLiteral(model.name)} and rebuilt_at_step = ${backfill.version}
       ) as d`,
      [`backfill ${backfill.id}`, clock.now().toISOString()],
    );
  }
}

/** Forgets the sums of closed days that were restated, or computed again by a backfill, since they were kept. */
export async function reopenRestated({ warehouse }: EngineContext): Promise<void> {
  await warehouse.execute(
    `delete from _meta.closed_day where exists (select 1 from _meta.restatement as r
       where r.model = _meta.closed_day.series and r.recorded_at >= _meta.closed_day.frozen_at
         and _meta.closed_day.day >= r.from_day and _meta.closed_day.day < r.to_day)`,
  );
}

/** Keeps the sums of days that have closed since; one statement for each series. */
export async function closeDays(context: EngineContext, version: bigint): Promise<void> {
  const { project, warehouse, clock } = context;
  for (const test of [...project.models.values()].flatMap(({ tests }) => tests)) {
    if (test.kind !== kind) continue;
    const sql = await sumsOf(context, test);
    await warehouse.execute(
      `insert into _meta.closed_day (series, day, totals, frozen_at, version)
       select s.series, s.day, s.totals, cast(? as timestamp), ${version} from (${sql}) as s
       left join _meta.closed_day as c on c.series = s.series and c.day = s.day
       where c.series is null`,
      [clock.now().toISOString()],
    );
  }
}

/** The same macro gives the sums of closed days, instead of comparing them. */
async function sumsOf(context: EngineContext, test: DataTest): Promise<string> {
  const rows = publishedRelation(mustModel(context.project, test.attachedTo.name));
  const asking = { ...test, arguments: { ...test.arguments, sums_only: true } };
  return await renderDataTest(context.project, asking, { ...publishedWorld(context), rows });
}
