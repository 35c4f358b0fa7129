import type { Outcome } from '../contract.ts';
import { createDatabase, createSchema } from './create-places.ts';
import { createStage } from './create-stage.ts';
import { createTable } from './create-table.ts';
import { createView } from './create-view.ts';
import { createWarehouse } from './warehouse-commands.ts';
import { createObject, isObjectKind, objectKind } from './object-commands.ts';
import type { Scan } from './scan.ts';
import type { Work } from './work.ts';

/** CREATE, whatever is created. */
export async function create(work: Work, scan: Scan): Promise<Outcome> {
  const orReplace = scan.takes('or replace');
  const isSecure = scan.takes('secure');
  if (scan.takes('view')) return await createView(work, scan, { orReplace, isSecure });
  if (!scan.takes('local')) scan.takes('global');
  const isTemporary = ['temporary', 'temp', 'volatile'].some((word) => scan.takes(word));
  const isTransient = scan.takes('transient');
  const lifetime = isTemporary ? 'temporary' : isTransient ? 'transient' : 'permanent';
  if (scan.takes('table')) return await createTable(work, scan, { orReplace, lifetime });
  if (scan.takes('stage')) return await createStage(work, scan, orReplace);
  if (scan.takes('schema')) return await createSchema(work, scan, { orReplace, isTransient });
  if (scan.takes('database')) {
    if (scan.sees('role')) scan.fail();
    return await createDatabase(work, scan, { orReplace, isTransient });
  }
  if (scan.takes('warehouse')) return await createWarehouse(work, scan, orReplace);
  if (!isObjectKind(scan)) scan.fail();
  return await createObject(work, scan, objectKind(scan), orReplace);
}
