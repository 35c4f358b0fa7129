import type { LogFields } from '../../lib/logger.ts';

/** One line of a task log. */
export interface LogLine {
  readonly at: string;
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly message: string;
  readonly fields?: LogFields;
}
