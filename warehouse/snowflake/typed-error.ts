import { ShopwaveError } from '../../lib/errors.ts';
import { warehouseErrors } from '../errors.ts';
import { shown } from '../statement-end.ts';
import { snowflakeErrors } from './errors.ts';
import { StatementLost } from './lost.ts';
import { hiddenObject, missingGrant } from './missing-grant.ts';
import type { Who } from './missing-grant.ts';
import { isNetworkError, isSessionGone, noWarehouse, readSdkError } from './sdk-error.ts';
import type { SdkError } from './sdk-error.ts';

type Code = keyof typeof snowflakeErrors.kinds | keyof typeof warehouseErrors.kinds;

interface Kind {
  readonly code: Code;
  /** Snowflake's codes; any of them will do. */
  readonly codes?: readonly string[];
  /** What the message says; where there are codes as well, both must hold. */
  readonly message?: RegExp;
}

/**
 * The first that matches counts. Codes come with and without zeros in front. Messages are looked at where one code means
 * several things, or where several releases have used several codes.
 */
const kinds: readonly Kind[] = [
  { code: 'WAREHOUSE_QUOTA_EXCEEDED', message: /resource monitor .* has exceeded its quota/i },
  { code: 'WAREHOUSE_QUOTA_EXCEEDED', codes: ['90073'] },
  { code: 'WAREHOUSE_GRANT_MISSING', codes: ['606'], message: noWarehouse },
  { code: 'WAREHOUSE_SUSPENDED', codes: ['606', '607', '608', '609'] },
  { code: 'WAREHOUSE_TIMEOUT', codes: ['630', '632'] },
  {
    code: 'WAREHOUSE_CONFLICT',
    message: /lock.* not yet been released|waiters for this lock|lock timeout|deadlock/i,
  },
  { code: 'WAREHOUSE_CONFLICT', codes: ['200001'] },
  {
    code: 'WAREHOUSE_TRANSACTION_ENDED',
    message: /transaction (was|has been|is) (already )?(aborted|rolled back)/i,
  },
  { code: 'WAREHOUSE_CONFLICT', codes: ['625'] },
  // What this process itself calls off has its error before it gets here.
  { code: 'WAREHOUSE_INTERRUPTED', codes: ['603', '604'] },
  { code: 'WAREHOUSE_GRANT_MISSING', codes: ['3001', '3003', '3036', '3041'] },
  { code: 'WAREHOUSE_GRANT_MISSING', message: /insufficient privileges/i },
  { code: 'WAREHOUSE_STAGED_FILE_MISSING', codes: ['91016', '100016', '253006'] },
  { code: 'WAREHOUSE_STAGED_FILE_MISSING', message: /remote file .* was not found|no file found for:/i },
  { code: 'WAREHOUSE_SHAPE_CHANGED', codes: ['904', '2020', '2049'] },
  { code: 'WAREHOUSE_SHAPE_CHANGED', message: /invalid identifier/i },
  { code: 'WAREHOUSE_SHAPE_CHANGED', message: /insert value list does not match column list/i },
  { code: 'WAREHOUSE_OBJECT_MISSING', codes: ['2003', '2043', '90105'] },
  {
    code: 'WAREHOUSE_LOGIN_REFUSED',
    codes:
      '390100 390101 390102 390120 390127 390144 390186 390189 390190 390191 390192 390195 390201 390300 390303 390317 390318 390394 390395 390420 390422 394300 394301 394302 394303 394304 394400 394500 394501 394507 405506'.split(
        ' ',
      ),
  },
];

/** Gives an error of the driver its stable code; typed errors pass through. `who` is whom a missing grant is for. */
export function typedError(error: unknown, sql: string, who: Who = {}): ShopwaveError {
  if (error instanceof ShopwaveError) return error;
  if (error instanceof StatementLost) return lostError(error, sql);
  const read = readSdkError(error);
  const message = `${read.message.trim()}${read.code === '' ? '' : ` (Snowflake ${read.code})`}`;
  const input = { message, where: shown(sql), cause: error };
  const code = codeOf(error, read);
  const remedy = remedies[code]?.(read.message, sql, who);
  return isSnowflakeCode(code)
    ? snowflakeErrors.error(code, { ...input, remedy })
    : warehouseErrors.error(code, input);
}

const remedies: Partial<Record<Code, (message: string, sql: string, who: Who) => string | undefined>> = {
  WAREHOUSE_GRANT_MISSING: missingGrant,
  WAREHOUSE_OBJECT_MISSING: hiddenObject,
};

function codeOf(error: unknown, read: SdkError): Code {
  const digits = read.code.replace(/^0+/, '');
  // What is quoted are names and values, which may read like anything.
  const said = read.message.replaceAll(/'[^']*'/g, "''");
  const kind = kinds.find(
    ({ codes, message }) =>
      (codes === undefined || codes.includes(digits)) && (message === undefined || message.test(said)),
  );
  if (kind !== undefined) return kind.code;
  return isNetworkError(error) || isSessionGone(error)
    ? 'WAREHOUSE_UNAVAILABLE'
    : 'WAREHOUSE_STATEMENT_FAILED';
}

function lostError({ cause, hasNotRun, queryId }: StatementLost, sql: string): ShopwaveError {
  const read = readSdkError(cause);
  const fate = hasNotRun ? 'it was not run' : 'whether it was run is not known';
  return warehouseErrors.error('WAREHOUSE_UNAVAILABLE', {
    message: `${read.message.trim()} (Snowflake ${read.code}); ${queryId === undefined ? fate : `query ${queryId}`}`,
    where: shown(sql),
    cause,
  });
}

function isSnowflakeCode(code: Code): code is keyof typeof snowflakeErrors.kinds {
  return code in snowflakeErrors.kinds;
}
