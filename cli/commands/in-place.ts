import process from 'node:process';
import { systemClock } from '../../lib/clock.ts';
import type { OnProgress } from '../../lib/progress.ts';
import { createProgressDisplay } from '../output/progress.ts';
import { asInterruption } from './verb.ts';

/** Runs what needs no platform, here and now, with its progress shown; Ctrl-C ends it between two steps. */
export async function inPlace<T>(
  name: string,
  work: (how: { readonly onProgress: OnProgress; readonly signal: AbortSignal }) => Promise<T>,
): Promise<T> {
  const display = createProgressDisplay(process.stderr, systemClock);
  const interrupted = new AbortController();
  const onInterrupt = (): void => interrupted.abort(new Error('interrupted'));
  process.once('SIGINT', onInterrupt);
  try {
    return await work({ onProgress: display.onProgress, signal: interrupted.signal });
  } catch (error) {
    throw interrupted.signal.aborted ? asInterruption(error, name) : error;
  } finally {
    process.off('SIGINT', onInterrupt);
  }
}
