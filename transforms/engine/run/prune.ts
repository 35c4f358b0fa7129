import type { EngineContext } from '../context.ts';
import { feedTable } from '../warehouse/relations.ts';
import { readConsumed } from '../warehouse/state.ts';

/** Deletes feed rows that every reader has consumed, and check results older than what anybody looks at. */
export async function pruneFeeds(context: EngineContext): Promise<void> {
  const { project, warehouse } = context;
  // A model that was removed from the project reads nothing any more and must not hold back what others have read.
  const consumed = [...(await readConsumed(warehouse))].flatMap(([model, inputs]) =>
    project.models.has(model) ? [inputs] : [],
  );
  for (const model of project.models.values()) {
    if (model.materialization.kind === 'ephemeral' || model.materialization.kind === 'table') continue;
    const steps = consumed.flatMap((inputs) => inputs.get(model.name) ?? []);
    if (steps.length === 0) continue;
    const oldest = steps.reduce((low, step) => (step < low ? step : low));
    await warehouse.execute(`delete from ${feedTable(model)} where _step <= ${oldest}`);
  }
  await warehouse.execute(
    'delete from _meta.check_result where checked_at < cast(now() as timestamp) - interval 30 day',
  );
}
