import { migrateDrift, readChanges } from '../../ingest/drift/registry.ts';
import type { Platform } from '../wire.ts';
import type { Cell } from './operation.ts';

/** What waits for somebody's decision: schema changes that are open, and rows in quarantine. Nothing where there is none. */
export async function readOpenQuestions(platform: Platform): Promise<Array<readonly [string, Cell]>> {
  const control = await platform.control();
  await migrateDrift(control);
  const changes = await readChanges(control, { isOpen: true });
  const quarantined = await (await platform.transforms()).quarantined();
  const facts: Array<readonly [string, Cell]> = [];
  if (changes.length > 0) {
    const pages = changes.filter(({ severity }) => severity === 'page').length;
    facts.push(['open schema changes', `${changes.length}, of which ${pages} urgent: shopwave schema diff`]);
  }
  const rows = quarantined.reduce((sum, each) => sum + each.rows, 0);
  const staleKeys = quarantined.reduce((sum, each) => sum + each.staleKeys, 0);
  if (rows > 0) facts.push(['quarantine', `${rows} rows, ${staleKeys} keys stale: shopwave quarantine list`]);
  return facts;
}
