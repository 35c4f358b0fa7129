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
  readonly publication: () => number;
  readonly logger: Logger;
}

export function createPreparation(options: PreparationOptions): Preparation {
  const { reader, publication, logger } = options;
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
      return () => {
        columns?.stop();
        columns = next;
        if (publication() !== before) next.published();
        server.clearCache();
      };
    },
    answered: () => columns?.answered(),
    published: () => columns?.published(),
    stop: () => columns?.stop(),
  };
}
