import process from 'node:process';
import { systemClock } from '../../lib/clock.ts';
import { silentLogger } from '../../lib/logger.ts';
import { ignoreProgress } from '../../lib/progress.ts';
import type { CheckResult } from '../../transforms/engine/checks/check.ts';
import { createTransforms } from '../../transforms/engine/transforms.ts';
import type { Transforms } from '../../transforms/engine/transforms.ts';
import { openDuckdbWarehouse } from '../../warehouse/duckdb/open.ts';
import { mustHoldNothing } from './whole-build.ts';

const [projectFolder = '', database = ''] = process.argv.slice(2);

/** What `dbt build` is to dbt, as a process of its own: project read, raw rows staged, models built and checked, published. */
const warehouse = await openDuckdbWarehouse({ path: database, memoryLimit: '2GB', threads: 2 });
try {
  const transforms = await createTransforms({
    warehouse,
    projectFolder,
    clock: systemClock,
    logger: silentLogger,
    onProgress: ignoreProgress,
  });
  await transforms.setup();
  const staged = await transforms.stage();
  const { checks, models } = mustHoldNothing(await transforms.build({ threads: 2 }));
  const built = models.filter(({ status }) => status !== 'skipped').length;
  const more = staged.batches > 0 ? await stagingTests(transforms) : [];
  const results = [...checks, ...more];
  const bad = results.find(({ status }) => status !== 'pass');
  if (bad !== undefined) throw new Error(`${bad.uniqueId}: ${bad.status}`);
  process.stdout.write(`${built} models built, ${results.length} checks\n`);
} finally {
  await warehouse.close();
}

/** A build checks what it publishes; the tests that stand on staging models are asked for, as dbt runs them, too. */
async function stagingTests(transforms: Transforms): Promise<readonly CheckResult[]> {
  const staging = [...transforms.project().models.values()].filter(({ layer }) => layer === 'staging');
  const tests = new Set(staging.flatMap((model) => model.tests.map(({ uniqueId }) => uniqueId)));
  return (await transforms.test({ tests, threads: 2 })).checks;
}
