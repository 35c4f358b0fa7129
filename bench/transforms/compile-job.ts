import { appendFile } from 'node:fs/promises';
import process from 'node:process';
import { renderModel } from '../../transforms/engine/compile/compile.ts';
import { loadProject } from '../../transforms/engine/project/load-project.ts';
import type { Project } from '../../transforms/engine/project/model.ts';
import { compileJob } from './results.ts';

await main();

/** A process of its own, because a second compilation in one process is no longer cold. */
async function main(): Promise<void> {
  const { folder, changedFile } = compileJob.parse(JSON.parse(process.argv[2] ?? ''));
  const cold = await timed(() => compileAll(folder));
  await appendFile(changedFile, '-- changed\n');
  const again = await timed(() => compileAll(folder));
  process.stdout.write(`${JSON.stringify({ cold, again })}\n`);
}

async function compileAll(folder: string): Promise<void> {
  const project: Project = await loadProject(folder);
  for (const name of project.models.keys()) {
    await renderModel(project, name, {
      dialect: 'duckdb',
      relation: (model) => `marts.${model}`,
      source: (source) => `raw.${source.replace('.', '__')}`,
    });
  }
}

async function timed(work: () => Promise<void>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}
