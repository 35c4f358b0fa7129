import type { Knex } from 'knex';
import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/logger.ts';
import type { Schedule } from './authoring/schedule.ts';
import type { OnSchedulerEvent } from './events.ts';
import type { DagBag, LoadedDags } from './loading/dag-bag.ts';
import { registerDags } from './store/dags.ts';
import type { ScheduledDag } from './store/dags.ts';

/** The DAGs as they are loaded now, under the eyes of a loop that goes on while files change. */
export interface LiveDags {
  /** Always the same map; a reload changes what is in it at one stroke. */
  readonly dags: ReadonlyMap<string, ScheduledDag>;
  readonly loaded: () => LoadedDags;
  /** Takes up what has changed in the folder; resolves to whether any DAG did. */
  readonly reload: () => Promise<boolean>;
}

/** Creates it empty; the first reload fills it. */
export function createLiveDags(input: {
  readonly control: Knex;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly bag: DagBag;
  readonly overrides: Readonly<Record<string, Schedule>>;
  readonly onEvent: OnSchedulerEvent;
}): LiveDags {
  const { control, clock, overrides } = input;
  const dags = new Map<string, ScheduledDag>();
  let loaded: LoadedDags = { dags: new Map(), importErrors: [], warnings: [], files: [] };

  const tell = (next: LoadedDags): void => {
    const told = new Set(loaded.importErrors.map((each) => JSON.stringify(each)));
    for (const error of next.importErrors) {
      if (!told.has(JSON.stringify(error))) input.onEvent({ type: 'import_error', ...error });
    }
    for (const warning of next.warnings) {
      if (!loaded.warnings.includes(warning)) input.logger.warn(warning);
    }
  };
  return {
    dags,
    loaded: () => loaded,
    reload: async () => {
      const next = await input.bag.refresh();
      const scheduled = [...next.dags].map(([dagId, dag]): ScheduledDag => {
        const override = overrides[dagId];
        return { dag, schedule: override === undefined ? dag.definition.schedule : override };
      });
      const changed = scheduled.filter(({ dag }) => dags.get(dag.definition.dagId)?.dag !== dag);
      // The store first: what it does not know is not planned.
      if (changed.length > 0) await registerDags(control, changed, clock.now());
      const gone = [...dags.keys()].some((dagId) => !next.dags.has(dagId));
      dags.clear();
      for (const each of scheduled) dags.set(each.dag.definition.dagId, each);
      tell(next);
      loaded = next;
      return changed.length > 0 || gone;
    },
  };
}
