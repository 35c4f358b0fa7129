import { ShopwaveError } from '../../lib/errors.ts';
import type { ImportError } from '../../scheduler/loading/import-error.ts';
import { cliErrors } from '../errors.ts';

/** An error as plain data, as it is stored, shown and sent: never a stack, never a payload. */
export interface Failure {
  readonly code: string;
  readonly message: string;
  readonly where?: string | undefined;
  readonly remedy: string;
  readonly retryable: boolean;
}

/** A typed error as data. */
export function toFailure({ code, message, where, remedy, retryable }: ShopwaveError): Failure {
  return { code, message, remedy, retryable, ...(where === undefined ? {} : { where }) };
}

/** The same error again, with its own code and remedy. */
export function revive({ code, message, where, remedy, retryable }: Failure): ShopwaveError {
  return new ShopwaveError(code, { summary: '', remedy, retryable }, { message, where });
}

/** Why a DAG file is not there, as the error that it is. */
export function importFailure({ file, ...error }: ImportError): ShopwaveError {
  return revive({ ...error, where: file, retryable: false });
}

/** One error for any number of broken DAG files; undefined when there are none. */
export function importFailures(errors: readonly ImportError[]): ShopwaveError | undefined {
  const [first, ...more] = errors;
  if (first === undefined) return undefined;
  if (more.length === 0) return importFailure(first);
  const each = errors.map(
    ({ file, code, message, remedy }) => `\n  ${file}: ${code}: ${message}\n    remedy: ${remedy}`,
  );
  return cliErrors.error('CLI_DAG_FILES_BROKEN', {
    message: `${errors.length} DAG files could not be loaded${each.join('')}`,
  });
}
