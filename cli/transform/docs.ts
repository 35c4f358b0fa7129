import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { buildCatalog } from '../../transforms/engine/artifacts/catalog.ts';
import type { Catalog } from '../../transforms/engine/artifacts/catalog.ts';
import { writeArtifact } from '../../transforms/engine/artifacts/files.ts';
import { buildManifest } from '../../transforms/engine/artifacts/manifest.ts';
import type { Manifest } from '../../transforms/engine/artifacts/manifest.ts';
import type { Invocation } from '../../transforms/engine/artifacts/metadata.ts';
import { docsPage } from '../../transforms/engine/docs/page.ts';
import { projectLineage } from '../../transforms/engine/lineage/project-lineage.ts';
import type { Project } from '../../transforms/engine/project/model.ts';
import { publishedRelation } from '../../transforms/engine/warehouse/relations.ts';
import { dataPaths, makeTarget } from '../data-dir.ts';
import { rowsResult } from '../operations/operation.ts';
import type { OperationResult } from '../operations/operation.ts';
import { compileNodes } from './compile.ts';
import { readProject } from './project.ts';
import type { FilesInput } from './project.ts';

/** Which command writes artifacts: a new id, begun now. */
export function newInvocation(now: Date): Invocation {
  return { id: randomUUID(), startedAt: now, generatedAt: now };
}

/** manifest.json of a project, for its target's engine. */
export function manifestOf(project: Project, invocation: Invocation): Manifest {
  return buildManifest({
    project,
    invocation,
    adapterType: project.authoring.environment.target.type,
    relation: (model) => (model.materialization.kind === 'ephemeral' ? undefined : publishedRelation(model)),
  });
}

/** `transform docs generate --empty-catalog`: from the files alone. */
export async function docsFromFiles(
  input: FilesInput & { readonly dataDir: string; readonly now: Date },
): Promise<OperationResult> {
  const project = await readProject(input);
  const invocation = newInvocation(input.now);
  const catalog = buildCatalog({ invocation, nodes: new Map(), sources: new Map() }, []);
  return await writeDocs(project, {
    folder: await makeTarget(dataPaths(input.dataDir)),
    invocation,
    catalog,
  });
}

/** Writes manifest.json, catalog.json and index.html, which opens from the folder as it is. */
export async function writeDocs(
  project: Project,
  parts: { readonly folder: string; readonly invocation: Invocation; readonly catalog: Catalog },
): Promise<OperationResult> {
  const { folder, invocation, catalog } = parts;
  const manifest = await withCompiledCode(project, manifestOf(project, invocation));
  const lineage = await projectLineage(project);
  const page = path.join(folder, 'index.html');
  await writeArtifact(folder, 'manifest', manifest);
  await writeArtifact(folder, 'catalog', catalog);
  await writeFile(page, await docsPage({ manifest, catalog, lineage }));
  const problems = lineage.flatMap(({ model, problem }) =>
    problem === undefined ? [] : [`${model}: ${problem}`],
  );
  return rowsResult(
    [
      {
        page: pathToFileURL(page).href,
        models: project.models.size,
        sources: project.sources.size,
        relations_in_catalog: Object.keys(catalog.nodes).length + Object.keys(catalog.sources).length,
      },
    ],
    { notes: problems.map((problem) => `column lineage is missing for ${problem}`) },
  );
}

async function withCompiledCode(project: Project, manifest: Manifest): Promise<Manifest> {
  const compiled = await compileNodes(project, new Set(Object.keys(manifest.nodes)));
  const sqlOf = new Map(compiled.map(({ uniqueId, sql }) => [uniqueId, sql]));
  const nodes = Object.entries(manifest.nodes).map(([id, node]) => {
    const sql = sqlOf.get(id);
    return [id, sql === undefined ? node : { ...node, compiled: true, compiled_code: sql }] as const;
  });
  return { ...manifest, nodes: Object.fromEntries(nodes) };
}
