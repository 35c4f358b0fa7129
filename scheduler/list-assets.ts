import type { Knex } from 'knex';
import { assetNames } from './authoring/asset.ts';
import { newestAssetEvents } from './store/queries.ts';
import type { ScheduledDag } from './store/dags.ts';

/** An asset as people list it. */
export interface AssetSummary {
  readonly asset: string;
  /** `dag.task`, for every task that has it as an outlet. */
  readonly producers: readonly string[];
  /** `dag.task`, for every task that has it as an inlet. */
  readonly readers: readonly string[];
  /** DAGs that are scheduled on it. */
  readonly consumers: readonly string[];
  readonly producedAt: Date | null;
}

/** Every asset that a DAG names, and when it was produced last; by name. */
export async function listAssets(db: Knex, dags: readonly ScheduledDag[]): Promise<readonly AssetSummary[]> {
  const tasksWith = (what: 'inlets' | 'outlets'): readonly { asset: string; by: string }[] =>
    dags.flatMap(({ dag: { definition } }) =>
      definition.tasks.flatMap((task) =>
        task[what].map(({ name }) => ({ asset: name, by: `${definition.dagId}.${task.taskId}` })),
      ),
    );
  const [producers, readers] = [tasksWith('outlets'), tasksWith('inlets')];
  const consumers = dags.flatMap(({ dag, schedule }) =>
    schedule !== null && 'condition' in schedule
      ? assetNames(schedule.condition).map((asset) => ({ asset, by: dag.definition.dagId }))
      : [],
  );
  const names = [...new Set([...producers, ...readers, ...consumers].map((each) => each.asset))].toSorted();
  const producedAt = await newestAssetEvents(db, names);
  const of = (all: typeof producers, asset: string): readonly string[] =>
    all.filter((each) => each.asset === asset).map((each) => each.by);
  return names.map((asset) => ({
    asset,
    producers: of(producers, asset),
    readers: of(readers, asset),
    consumers: of(consumers, asset),
    producedAt: producedAt.get(asset) ?? null,
  }));
}
