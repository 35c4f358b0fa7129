import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { buildCatalog } from '../../../transforms/engine/artifacts/catalog.ts';
import { writeArtifact } from '../../../transforms/engine/artifacts/files.ts';
import { buildManifest } from '../../../transforms/engine/artifacts/manifest.ts';
import { loadProject } from '../../../transforms/engine/project/load-project.ts';
import { mustModel } from '../../../transforms/engine/project/laws.ts';
import { publishedRelation } from '../../../transforms/engine/warehouse/relations.ts';
import { invocation, runResultsOf, sourcesOf } from '../../support/select-cases.ts';

/** All four artifacts of the shipped project in one folder, as the platform writes them. */
export async function shippedArtifacts(folder: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  const project = await loadProject(path.join(import.meta.dirname, '../../../transforms'));
  const relation = publishedRelation;
  const manifest = buildManifest({ project, invocation, adapterType: 'duckdb', relation });
  await writeArtifact(folder, 'manifest', manifest);
  const first = mustModel(project, project.order[0] ?? '');
  const results = runResultsOf(
    { [first.uniqueId]: 'success', 'test.x': 'fail', 'model.y': 'no-op' },
    (id) => id,
  );
  await writeArtifact(folder, 'runResults', results);
  await writeArtifact(folder, 'sources', sourcesOf({ 'source.raw.x': '2026-01-01T00:00:00.000Z' }));
  const nodes = new Map([[first.uniqueId, publishedRelation(first)]]);
  const [schema = '', table = ''] = publishedRelation(first).split('.');
  const column = { schema, table, tableType: 'BASE TABLE', column: 'id', type: 'BIGINT', position: 1 };
  const catalog = buildCatalog({ invocation, nodes, sources: new Map() }, [column]);
  await writeArtifact(folder, 'catalog', catalog);
  return folder;
}
