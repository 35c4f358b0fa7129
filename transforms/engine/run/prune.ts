import { ShopwaveError } from '../../../lib/errors.ts';
import { parseDurationMs } from '../../../lib/duration.ts';
import type { EngineContext } from '../context.ts';
import type { Model, Project } from '../project/model.ts';
import { feedTable } from '../warehouse/relations.ts';
import { readConsumed, readModelStates, toBigint } from '../warehouse/state.ts';
import type { Consumed } from '../warehouse/state.ts';
import { runErrors } from './errors.ts';

/** How long consumed changes are kept, so that a run can be run again; the var `feed_retention` overrides it. */
const defaultRetention = '3d';
/** Pruning costs a statement a model, and nothing hurries. */
const pruneEvery = '1 hour';
const pruneEveryMs = parseDurationMs('1h');
/** When this process last asked a warehouse whether there is anything to prune. */
const asked = new WeakMap<object, number>();

/** How long consumed changes are kept, in milliseconds; TRANSFORM_RETENTION_INVALID where the var says nonsense. */
export function retentionOf({ vars }: Project): number {
  const asked = vars['feed_retention'] ?? defaultRetention;
  try {
    return parseDurationMs(typeof asked === 'string' ? asked : JSON.stringify(asked));
  } catch (error) {
    if (!(error instanceof ShopwaveError)) throw error;
    throw runErrors.error('TRANSFORM_RETENTION_INVALID', {
      message: `the var feed_retention: ${error.message}`,
      cause: error,
    });
  }
}

/**
 * Deletes feed rows that every reader has consumed and no rerun may ask for any more, and records of runs that
 * nobody may ask for. Results of checks stay: they have a time of their own (quality/retention.ts).
 */
export async function pruneFeeds(context: EngineContext): Promise<void> {
  const { warehouse, project } = context;
  const retentionMs = retentionOf(project);
  const now = context.clock.now().getTime();
  const sinceAskedMs = now - (asked.get(warehouse) ?? -Infinity);
  if (retentionMs > 0 && sinceAskedMs >= 0 && sinceAskedMs < pruneEveryMs) return;
  asked.set(warehouse, now);
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

/** Up to where feeds may be gone. */
interface Horizon {
  readonly version: bigint;
  readonly stageStep: bigint;
}

async function pruneUpTo(context: EngineContext, horizon: Horizon): Promise<void> {
  const { project, warehouse, clock } = context;
  const now = clock.now().toISOString();
  // Said first: a rerun that comes in between must not trust what is about to go.
  await warehouse.execute(
    'update _meta.pruned set pruned_at = cast(? as timestamp), version = ?, stage_step = ?',
    [now, horizon.version, horizon.stageStep],
  );
  const consumed = await readConsumed(warehouse);
  const built = new Set((await readModelStates(warehouse)).keys());
  for (const model of project.models.values()) {
    if (hasFeed(model, built)) await pruneFeed(context, model, boundOf(project, model, consumed, horizon));
  }
  await warehouse.execute('delete from _meta.run_input where version <= ?', [horizon.version]);
}

/** Up to where a feed can go. A model that is not in the project does not hold back what others have read. */
function boundOf(project: Project, model: Model, consumed: Consumed, horizon: Horizon): bigint {
  const steps = [...consumed].flatMap(([reader, inputs]) =>
    project.models.has(reader) ? (inputs.get(model.name) ?? []) : [],
  );
  return [...steps, model.layer === 'staging' ? horizon.stageStep : horizon.version].reduce((low, step) =>
    step < low ? step : low,
  );
}

/**
 * A model that is not in the project now may come back. What it has not read then is gone, so it must not seem to go on
 * where it stopped: it forgets, before the rows go, that it has consumed the input, and is rebuilt.
 */
async function pruneFeed({ warehouse }: EngineContext, model: Model, bound: bigint): Promise<void> {
  await warehouse.execute('delete from _meta.model_input where input = ? and step < ?', [model.name, bound]);
  await warehouse.execute(`delete from ${feedTable(model)} where _step <= ${bound}`);
}

/** Whatever holds rows has a feed, once it was built. */
function hasFeed({ layer, materialization: { kind }, name }: Model, built: ReadonlySet<string>): boolean {
  return layer === 'staging' || (kind !== 'ephemeral' && kind !== 'view' && built.has(name));
}
