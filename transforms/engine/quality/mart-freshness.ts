import { z } from 'zod';
import { staleness } from '../checks/freshness.ts';
import type { EngineContext } from '../context.ts';
import { mustModel, storedInputs } from '../project/laws.ts';
import type { Model, Project, SourceTable } from '../project/model.ts';
import { computable } from '../run/compute-deltas.ts';
import { utc } from '../warehouse/utc.ts';

/** How old what a mart holds of one source is, by the source's own time. */
export interface MartFreshness {
  readonly mart: string;
  readonly source: string;
  /** Everything that the source had committed up to here is in the mart; null where nothing of it is. ISO 8601 UTC. */
  readonly reflects: string | null;
  readonly ageSeconds: number | null;
  /** unknown: nothing of the source is in it, or nothing limits its age. */
  readonly status: 'pass' | 'warn' | 'error' | 'unknown';
}

type Limits = NonNullable<SourceTable['freshness']>;

const limit = z.object({ count: z.number(), period: z.enum(['minute', 'hour', 'day']) });
const ownLimits = z.object({ warn_after: limit.optional(), error_after: limit.optional() });

/**
 * Of every mart and every source behind it. The limits are the source's, unless the mart has its own:
 * `meta: { freshness: { warn_after: { count: 2, period: hour } } }`. One statement.
 */
export async function readMartFreshness(context: EngineContext): Promise<MartFreshness[]> {
  const { project, warehouse, clock } = context;
  const rows = await warehouse.query(
    `select v.model, b.source, cast(max(b.to_committed_at) as varchar) as reflects
     from _meta.model_version as v
     join (
       select s.stage_step, b.source, max(b.to_committed_at) as to_committed_at
       from (select distinct stage_step from _meta.model_version) as s
       join _meta.staged_batch as g on g.step <= s.stage_step
       join _meta.loaded_batch as b on b.batch_id = g.batch_id
       group by s.stage_step, b.source
     ) as b on b.stage_step = v.stage_step
     group by v.model, b.source`,
  );
  const reflected = new Map(
    rows.map((row) => [`${String(row['model'])} ${String(row['source'])}`, row['reflects']] as const),
  );
  const now = clock.now().getTime();
  return computable(project, undefined).flatMap((mart) =>
    sourcesOf(project, mart).map((source) => {
      const at = reflected.get(`${mart} ${source}`) ?? null;
      if (at === null) return { mart, source, reflects: null, ageSeconds: null, status: 'unknown' as const };
      const reflects = utc(at);
      const ageSeconds = (now - Date.parse(reflects)) / 1000;
      const limits = limitsOf(mustModel(project, mart)) ?? limitsOfSource(project, source);
      const status = limits === undefined ? 'unknown' : staleness(limits, ageSeconds);
      return { mart, source, reflects, ageSeconds, status };
    }),
  );
}

/** Names of the sources that a model is made from, in any number of steps. */
function sourcesOf(project: Project, name: string, seen = new Set<string>()): string[] {
  if (seen.has(name)) return [];
  seen.add(name);
  const own = mustModel(project, name).sources.map((source) => source.split('.')[0] ?? source);
  const below = storedInputs(project, name).flatMap((input) => sourcesOf(project, input, seen));
  return [...new Set([...own, ...below])].sort();
}

function limitsOf({ config }: Model): Limits | undefined {
  const parsed = ownLimits.safeParse(config.meta['freshness']);
  if (!parsed.success) return undefined;
  const { warn_after: warnAfter, error_after: errorAfter } = parsed.data;
  return { warnAfter, errorAfter, filter: undefined };
}

function limitsOfSource({ sources }: Project, source: string): Limits | undefined {
  return [...sources.values()].find(
    ({ name, freshness }) => name.startsWith(`${source}.`) && freshness !== undefined,
  )?.freshness;
}
