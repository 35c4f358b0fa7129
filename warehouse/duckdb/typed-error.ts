import { messageOf, ShopwaveError } from '../../lib/errors.ts';
import { warehouseErrors } from '../errors.ts';

/**
 * DuckDB reports everything as plain errors whose message starts with its kind; the first pattern that matches counts.
 * What the surroundings lack is looked for in errors of those kinds alone, since the others quote values and SQL.
 */
const kinds = [
  { pattern: /Transaction conflict|Conflict on |write-write conflict/i, code: 'WAREHOUSE_CONFLICT' },
  {
    pattern:
      /^(IO|FATAL|TransactionContext|INTERNAL|Out of Memory) Error.*(No space left|could not write|Out of disk|failed to offload|max_temp_directory_size)/is,
    code: 'WAREHOUSE_DISK_FULL',
  },
  {
    pattern: /^((TransactionContext|FATAL) Error: .*)?Out of Memory Error/i,
    code: 'WAREHOUSE_OUT_OF_MEMORY',
  },
  { pattern: /^FATAL Error/, code: 'WAREHOUSE_UNAVAILABLE' },
] as const;

/** Gives a driver error its stable code; typed errors pass through. */
export function typedError(error: unknown, sql: string): ShopwaveError {
  if (error instanceof ShopwaveError) return error;
  const message = messageOf(error);
  const kind = kinds.find((each) => each.pattern.test(message));
  return warehouseErrors.error(kind?.code ?? 'WAREHOUSE_STATEMENT_FAILED', {
    message,
    where: sql.replaceAll(/\s+/g, ' ').slice(0, 160),
    cause: error,
  });
}

/** After a fatal error (a checkpoint that could not be written) an instance refuses every statement for good. */
export function isFatal(error: unknown): boolean {
  return /^FATAL Error|database has been invalidated/.test(messageOf(error));
}
