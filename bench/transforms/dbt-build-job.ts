import process from 'node:process';
import { systemClock } from '../../lib/clock.ts';
import { silentLogger } from '../../lib/logger.ts';
import { ignoreProgress } from '../../lib/progress.ts';
import { createTransforms } from '../../transforms/engine/transforms.ts';
import { openDuckdbWarehouse } from '../../warehouse/duckdb/open.ts';

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
  await transforms.stage();
  const { held, checks, models } = await transforms.build({ threads: 2 });
  const [first] = held;
  if (first !== undefined) throw new Error(`${first.model} is held back: ${first.reasons.join('; ')}`);
  const built = models.filter(({ status }) => status !== 'skipped').length;
  process.stdout.write(`${built} models built, ${checks.length} checks\n`);
} finally {
  await warehouse.close();
}
