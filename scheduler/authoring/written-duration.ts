import { durationErrors, parseDurationMs } from '../../lib/duration.ts';

/** A duration as a DAG file has it, in milliseconds; what is none is told with the name of the argument. */
export function writtenDurationMs(argument: string, value: unknown): number {
  const text = JSON.stringify(value) ?? typeof value;
  try {
    return parseDurationMs(typeof value === 'string' ? value : text);
  } catch (cause) {
    const message = `${argument} is ${text}, which is no duration`;
    throw durationErrors.error('DURATION_INVALID', { message, cause });
  }
}
