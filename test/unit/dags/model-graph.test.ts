import { readFile, writeFile } from 'node:fs/promises';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { modelGraph } from '../../../dags/model-graph.ts';
import type { ModelGraph } from '../../../dags/operators/model-tasks.ts';
import { loadProject } from '../../../transforms/engine/project/load-project.ts';
import type { Model, Project } from '../../../transforms/engine/project/model.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const file = `${root}/dags/model-graph.ts`;
const remedy =
  'dags/model-graph.ts is stale: UPDATE_REFERENCE=1 npx vitest run test/unit/dags/model-graph.test.ts';

const project = await loadProject(`${root}/transforms`);

const isBuilt = ({ layer, materialization }: Model): boolean =>
  (layer === 'intermediate' || layer === 'marts') && materialization.kind !== 'ephemeral';

/** Models that a build makes, each with those that it reads, also through what is inlined. */
function graphOf({ models, order }: Project): ModelGraph {
  const readsOf = (name: string): string[] =>
    (models.get(name)?.refs ?? []).flatMap((ref) => {
      const model = models.get(ref);
      if (model === undefined || model.layer === 'staging') return [];
      return isBuilt(model) ? [ref] : readsOf(ref);
    });
  const built = order.filter((name) => {
    const model = models.get(name);
    return model !== undefined && isBuilt(model);
  });
  return Object.fromEntries(built.map((name) => [name, [...new Set(readsOf(name))].toSorted()]));
}

function textOf(graph: ModelGraph): string {
  const entries = Object.entries(graph).map(
    ([name, reads]) => `  ${name}: [${reads.map((each) => `'${each}'`).join(', ')}],\n`,
  );
  return `import type { ModelGraph } from './operators/model-tasks.ts';

/** Generated from transforms/ (test/unit/dags/model-graph.test.ts); do not edit. */
export const modelGraph: ModelGraph = {
${entries.join('')}};
`;
}

test('the tasks of models are those of the project, and wired as it is', async () => {
  const text = textOf(graphOf(project));
  if (process.env['UPDATE_REFERENCE'] === '1') await writeFile(file, text);
  expect((await readFile(file, 'utf8')) === text, remedy).toBe(true);
});

test('every model comes after those that it reads', () => {
  const names = Object.keys(modelGraph);
  for (const [name, reads] of Object.entries(modelGraph))
    for (const each of reads)
      expect(names.indexOf(each), `${name} reads ${each}`).toBeLessThan(names.indexOf(name));
});
