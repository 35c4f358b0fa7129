import type { EngineContext } from '../context.ts';

/** How long what checks found is kept, with the rows behind it. */
export const historyDays = 400;

/** How long every single pass is kept; of older ones the last of a day tells as much. */
export const everyPassDays = 30;

const eachPass = "coalesce(unique_id, model) || ' ' || name || ' ' || cast(checked_at as varchar)";

/** Deletes results that nobody looks at any more. Three statements; resolves to how many results went. */
export async function pruneResults({ warehouse, clock }: EngineContext): Promise<number> {
  const now = clock.now().toISOString();
  const before = (days: number): string => `checked_at < cast(? as timestamp) - interval '${days} days'`;
  await warehouse.execute(`delete from _meta.check_failure where ${before(historyDays)}`, [now]);
  const old = await warehouse.execute(`delete from _meta.check_result where ${before(historyDays)}`, [now]);
  const passes = `status = 'pass' and ${before(everyPassDays)}`;
  const thinned = await warehouse.execute(
    `delete from _meta.check_result where ${passes} and ${eachPass} not in (
       select coalesce(unique_id, model) || ' ' || name || ' ' || cast(max(checked_at) as varchar)
       from _meta.check_result where ${passes}
       group by coalesce(unique_id, model), name, cast(checked_at as date))`,
    [now, now],
  );
  // Of a check that has passed since, or told of others: nobody asks for them.
  await warehouse.execute(
    `delete from _meta.open_key where not exists (
       select 1 from _meta.check_pass as p where p.unique_id = open_key.unique_id and p.run_id = open_key.run_id)`,
  );
  return old + thinned;
}
