import { checkUrl } from '../../ingest/postgres/check.ts';
import { shopTables } from '../../ingest/postgres/shop-tables.ts';
import type { OperationResult } from './operation.ts';
import { reportResult } from './sources-rows.ts';

/** Looks at a database that no platform follows yet; needs nothing but its address. */
export async function checkSourceUrl(sourceUrl: string, canary: boolean): Promise<OperationResult> {
  return reportResult(await checkUrl({ sourceUrl, tables: shopTables, canary }));
}
