import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { loadDags } from '../../support/load-dags.ts';

const at = (relative: string): string => fileURLToPath(new URL(`../../../${relative}`, import.meta.url));

test('the DAG of the README loads, with all of its tasks', async () => {
  const readme = await readFile(at('scheduler/README.md'), 'utf8');
  const text = /```ts\n([^]*?)```/.exec(readme)?.[1] ?? '';
  const folder = await mkdtemp(path.join(os.tmpdir(), 'shopwave-readme-'));
  try {
    const zod = createRequire(import.meta.url).resolve('zod');
    const placed = text
      .replace(`'../scheduler/index.ts'`, JSON.stringify(at('scheduler/index.ts')))
      .replace(`'zod'`, JSON.stringify(zod));
    await writeFile(path.join(folder, 'drop-files.dag.ts'), placed);
    const { dags, importErrors } = await loadDags(folder);
    expect(importErrors).toEqual([]);
    expect([...(dags.get('drop_files')?.graph.order ?? [])].toSorted()).toEqual([
      'dropped',
      'files',
      'report.large',
      'report.pick',
      'report.small',
      'report.total',
      'size',
    ]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
