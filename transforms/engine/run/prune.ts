import { parseDurationMs } from '../../../lib/duration.ts';
import type { EngineContext } from '../context.ts';
import type { Model } from '../project/model.ts';
import { feedTable } from '../warehouse/relations.ts';
import { readConsumed, readModelStates, toBigint } from '../warehouse/state.ts';

/** How long consumed changes are kept, so that a run can be run again; the var `feed_retention` overrides it. */
const defaultRetention = '3d';
/** Pruning costs a statement a model, and nothing hurries. */
const pruneEvery = '1 hour';

/**
 * Deletes feed rows that every reader has consumed and no rerun may ask for any more, and records of runs that are
 * older than anybody looks at.
 */
export async function pruneFeeds(context: EngineContext): Promise<void> {
  const { warehouse, project } = context;
  const asked = project.vars['feed_retention'];
  const retentionMs = parseDurationMs(typeof asked === 'string' ? asked : defaultRetention);
  const oldest = new Date(context.clock.now().getTime() - retentionMs).toISOString();
  const [row] = await warehouse.query(
    `select max(p.version) as version, max(p.stage_step) as stage_step
     from _meta.publication as p cross join _meta.pruned as d
     where p.published_at < cast(? as timestamp) and p.version > d.version
       and d.pruned_at < cast(? as timestamp) - interval '${retentionMs === 0 ? '0 hours' : pruneEvery}'`,
    [oldest, context.clock.now().toISOString()],
  );
  if (row === undefined || row['version'] === null) return;
  await pruneUpTo(context, { version: toBigint(row['version']), stageStep: toBigint(row['stage_step']) });
}

interface Horizon {
  readonly version: bigint;
  readonly stageStep: bigint;
}

async function pruneUpTo(context: EngineContext, horizon: Horizon): Promise<void> {
  const { project, warehouse } = context;
  // A model that was removed from the project reads nothing any more and must not hold back what others have read.
  const consumed = [...(await readConsumed(warehouse))].flatMap(([model, inputs]) =>
    project.models.has(model) ? [inputs] : [],
  );
  // Said first: a rerun that comes in between must not trust what is about to go.
  await warehouse.execute(
    'update _meta.pruned set pruned_at = cast(? as timestamp), version = ?, stage_step = ?',
    [context.clock.now().toISOString(), horizon.version, horizon.stageStep],
  );
  const built = new Set((await readModelStates(warehouse)).keys());
  for (const model of project.models.values()) {
    if (!hasFeed(model, built)) continue;
    const steps = consumed.flatMap((inputs) => inputs.get(model.name) ?? []);
    const bound = [...steps, model.layer === 'staging' ? horizon.stageStep : horizon.version].reduce(
      (low, step) => (step < low ? step : low),
    );
    await warehouse.execute(`delete from ${feedTable(model)} where _step <= ${bound}`);
  }
  await warehouse.execute('delete from _meta.run_input where version <= ?', [horizon.version]);
  await warehouse.execute(
    "delete from _meta.check_result where checked_at < cast(current_timestamp as timestamp) - interval '30 days'",
  );
}

/** Whatever holds rows has a feed, once it was built. */
function hasFeed({ layer, materialization: { kind }, name }: Model, built: ReadonlySet<string>): boolean {
  return layer === 'staging' || (kind !== 'ephemeral' && kind !== 'view' && built.has(name));
}
