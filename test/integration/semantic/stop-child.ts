// One query in a process of its own; prints what would keep that process alive after the stop.
import process from 'node:process';
import { silentLogger } from '../../../lib/logger.ts';
import { createDuckdbReader } from '../../../semantic/server/duckdb-driver.ts';
import { createSemantic } from '../../../semantic/server/semantic.ts';
import { createMarts } from './marts-fixture.ts';

const marts = await createMarts('shop');
const [modelDir = ''] = process.argv.slice(2);
const semantic = await createSemantic({
  openReader: (cube) => createDuckdbReader(cube, marts.instance),
  modelDir,
  logger: silentLogger,
});
await semantic.load({ measures: ['finance.gmv'] });
await semantic.stop();
marts.close();
const timers = process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout');
process.stdout.write(JSON.stringify(timers));
