import type { Logger } from '../../../lib/logger.ts';
import { platformCaller } from '../access/caller.ts';
import { watchColumns } from '../column-check.ts';
import type { ColumnCheck } from '../column-check.ts';
import { metaOf } from '../cube-answers.ts';
import type { CubeReader } from '../cube-reader.ts';
import type { CubeServer } from '../cube-server.ts';
import { metricCatalog } from '../metric-catalog.ts';
import { compileModel } from '../model-check.ts';
import type { ServedModel } from '../model-files.ts';
import type { Publications } from '../publications.ts';
import type { Rollups } from '../rollups/rollups.ts';

/** Makes models ready to serve, and watches that the one that serves fits the marts. */
export interface Preparation extends Omit<ColumnCheck, 'atStart'> {
  /**
   * Compiles a model and checks its columns, beside the one that serves; resolves to what has to be done once it serves in
   * its place. Throws SEMANTIC_MODEL_* with the place.
   */
  readonly prepare: (model: ServedModel) => Promise<() => void>;
}

export interface PreparationOptions {
  readonly server: () => CubeServer;
  readonly reader: CubeReader;
  readonly rollups: Pick<Rollups, 'adopt'>;
  readonly publications: Pick<Publications, 'newest'>;
  readonly logger: Logger;
}

export function createPreparation(options: PreparationOptions): Preparation {
  const { reader, rollups, publications, logger } = options;
  const publication = (): number => publications.newest().version;
  let columns: ColumnCheck | undefined;
  return {
    prepare: async (model) => {
      const server = options.server();
      const before = publication();
      const checked = { server, model, bind: reader.bind };
      await compileModel(checked);
      const { views } = metricCatalog(await metaOf(server, { caller: platformCaller, model }));
      const names = views.map(({ name }) => name);
      const next = watchColumns(checked, names, reader, logger);
      await next.atStart();
      const planned = await server.plannedRollups(model);
      return () => {
        columns?.stop();
        columns = next;
        rollups.adopt(planned, model.version);
        if (publication() !== before) next.published();
        server.clearCache();
      };
    },
    answered: () => columns?.answered(),
    published: () => columns?.published(),
    stop: () => columns?.stop(),
  };
}
