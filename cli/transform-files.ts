import path from 'node:path';
import { mustModel } from '../transforms/engine/project/laws.ts';
import { renderModel } from '../transforms/engine/compile/compile.ts';
import { loadProject } from '../transforms/engine/project/load-project.ts';
import { publishedRelation, rawTable } from '../transforms/engine/warehouse/relations.ts';
import { selectModels } from '../transforms/engine/select/select.ts';
import { packageRoot } from './config.ts';
import { rowsResult } from './operations/operation.ts';
import type { OperationResult } from './operations/operation.ts';

/** The folder with models/ and tests/. */
export const projectFolder: string = path.join(packageRoot, 'transforms');

/** `transform ls`: from the files alone. */
export async function listModels(selectors: readonly string[]): Promise<OperationResult> {
  const project = await loadProject(projectFolder);
  const rows = selectModels(project, { select: selectors }).map((name) => {
    const model = mustModel(project, name);
    return {
      model: name,
      layer: model.layer,
      materialized: model.materialization.kind,
      reads: [...model.sources, ...model.refs].join(', '),
      tests: model.tests.length,
      file: model.file,
    };
  });
  return rowsResult(rows);
}

/** `transform compile`: the SQL of the whole model, as a full build sends it. */
export async function compileModels(selectors: readonly string[]): Promise<OperationResult> {
  const project = await loadProject(projectFolder);
  const documents = await Promise.all(
    selectModels(project, { select: selectors }).map(async (name) => ({
      name: mustModel(project, name).file,
      text: await renderModel(project, name, {
        dialect: 'duckdb',
        relation: (model) => publishedRelation(mustModel(project, model)),
        source: rawTable,
      }),
    })),
  );
  return { kind: 'documents', documents };
}
