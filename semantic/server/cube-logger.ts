import type { Logger } from '../../lib/logger.ts';

type CubeLog = (message: string, params: Record<string, unknown>) => void;

/**
 * Cube's events as log lines. Of their fields only a few are let through: the others hold tokens, filter values and
 * whole statements.
 */
export function cubeLogger(logger: Logger): CubeLog {
  return (message, params) => {
    const { error, warning, requestId, duration } = params;
    // What a client got wrong is told to the client; the log is for what we got wrong.
    if (message === 'UserError') logger.debug(`cube: ${message}`, { requestId, reason: firstLine(error) });
    else if (error !== undefined) logger.warn(`cube: ${message}`, { requestId, reason: firstLine(error) });
    else if (warning !== undefined)
      logger.warn(`cube: ${message}`, { requestId, reason: firstLine(warning) });
    else logger.debug(`cube: ${message}`, { requestId, duration });
  };
}

function firstLine(value: unknown): string {
  const text = value instanceof Error ? value.message : String(value);
  return (text.split('\n')[0] ?? '').slice(0, 300);
}
