import { SqlError } from '../sql-error.ts';
import type { SqlErrorFields } from '../sql-error.ts';

/** An error after which the connection is closed. */
export class FatalError extends SqlError {}

/** What was received is not what the protocol says; whatever follows cannot be understood. */
export function protocolViolation(message: string): FatalError {
  return new FatalError({ code: '08P01', message });
}

/** Whoever was known is no longer, or is let in nowhere. */
export function notAllowed(fields: Omit<SqlErrorFields, 'code'>): FatalError {
  return new FatalError({ code: '28000', ...fields });
}
