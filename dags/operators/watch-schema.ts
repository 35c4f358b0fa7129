import { TaskSkip } from '../../scheduler/index.ts';
import type { Asset, FunctionTask } from '../../scheduler/index.ts';
import type { PipelineServices } from '../services.ts';

/** What was seen. */
export interface WatchOutput {
  readonly changes: number;
  /** Changes that somebody is to be told of at once. */
  readonly pages: number;
}

/**
 * Compares the shop's catalogue with what it was at the last look. It never stands in the way of capture: what drifted is
 * recorded and told, and capture itself refuses what it cannot take over. It produces `outlet` when something that marts
 * stand on drifted away, so that they are marked as held although nothing new was loaded; else it is skipped.
 */
export function watchSchema(outlet: Asset): FunctionTask<PipelineServices, WatchOutput> {
  return {
    description: 'Looks for tables and columns of the shop that changed',
    outlets: [outlet],
    run: async ({ services, logger }) => {
      const changes = await services.watchShop();
      for (const { kind, table, column, before, after, severity } of changes) {
        const name = column === undefined ? table : `${table}.${column}`;
        logger.info(`${severity}: ${kind} ${name}`, { before, after });
      }
      const pages = changes.filter(({ severity }) => severity === 'page').length;
      if (pages === 0) throw new TaskSkip(`${changes.length} changes, none that marts stand on`);
      return { changes: changes.length, pages };
    },
  };
}
