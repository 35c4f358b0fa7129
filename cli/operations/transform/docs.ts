import { mkdir } from 'node:fs/promises';
import { readCatalog } from '../../../transforms/engine/artifacts/catalog.ts';
import { publishedRelation, rawTable } from '../../../transforms/engine/warehouse/relations.ts';
import { writeDocs } from '../../transform/docs.ts';
import { selectionSchema } from '../../transform/selection.ts';
import { defineOperation } from '../operation.ts';
import { beginCommand } from './command.ts';

/** manifest.json, catalog.json and one page that shows both with column lineage. */
export const transformDocs = defineOperation({
  name: 'transform.docs',
  input: selectionSchema.pick({ vars: true, target: true }),
  run: async (input, context) => {
    const { platform } = context;
    const { project, invocation } = await beginCommand(input, context);
    const stored = [...project.models.values()].filter(
      ({ materialization }) => materialization.kind !== 'ephemeral',
    );
    const catalog = await readCatalog(await platform.warehouse(), {
      invocation,
      nodes: new Map(stored.map((model) => [model.uniqueId, publishedRelation(model)])),
      sources: new Map([...project.sources.values()].map(({ uniqueId, name }) => [uniqueId, rawTable(name)])),
    });
    await mkdir(platform.paths.target, { recursive: true });
    return await writeDocs(project, { folder: platform.paths.target, invocation, catalog });
  },
});
