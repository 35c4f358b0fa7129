import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { z } from 'zod';
import { atMost } from '../figure.ts';
import type { Figure } from '../figure.ts';
import { compileRun } from './results.ts';
import { runJob } from '../run-job.ts';
import { median } from './median.ts';
import { writeSyntheticProject } from './synthetic-project.ts';

const models = 1000;
const runs = 3;

/** Time to compile a project of a thousand models: from cold, and again after one of them changed. */
export async function compileFigures(machine: string): Promise<readonly Figure[]> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'shopwave-bench-'));
  try {
    const changedFile = await writeSyntheticProject(folder, models);
    const results: Array<z.infer<typeof compileRun>> = [];
    for (let run = 0; run < runs; run += 1) {
      results.push(
        ...(await runJob('transforms/compile-job.ts', { folder, changedFile }, compileRun, () => {})),
      );
    }
    const setup = `${machine}; ${models} models with a YAML file each; median of ${runs} processes`;
    const base = { area: 'transforms', setup, unit: 'ms' };
    const value = (pick: 'cold' | 'again'): number =>
      Math.round(median(results.map((result) => result[pick])));
    return [
      atMost({ ...base, figure: 'compile from cold', value: value('cold') }, 1500),
      atMost({ ...base, figure: 'compile again after one model changed', value: value('again') }, 200),
    ];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
