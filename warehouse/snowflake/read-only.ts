import { warehouseErrors } from '../errors.ts';
import { shown } from '../statement-end.ts';
import { isRead, scanSql } from './sql-scan.ts';

/** Functions that act: they cancel statements, abort transactions, change what monitoring sees. */
const acting = /\bsystem\$/;

/** Fails unless the text is one statement that begins as reads do. What a role may not change, its grants keep it from. */
export function mustBeOneRead(sql: string): void {
  const scanned = scanSql(sql);
  const problem = (() => {
    if (scanned.count !== 1) return `expected one read, got ${scanned.count} statements`;
    if (!isRead(scanned))
      return `expected a read, got ${scanned.verb === '' ? 'no statement' : scanned.verb}`;
    if (acting.test(scanned.bare)) return 'a system function may change something';
    return undefined;
  })();
  if (problem === undefined) return;
  throw warehouseErrors.error('WAREHOUSE_NOT_READ_ONLY', { message: problem, where: shown(sql) });
}
