import process from 'node:process';
import { exitCodes } from '../exit-codes.ts';
import type { Console } from './console.ts';

/** Ctrl-C and SIGTERM as an abort signal. */
export interface StopSignals {
  readonly signal: AbortSignal;
  readonly release: () => void;
}

const names = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** The first signal asks to drain and stop; the second ends the process at once (PostgreSQL is told to stop, too). */
export function onStopSignals(terminal: Pick<Console, 'line'>): StopSignals {
  const stop = new AbortController();
  const onSignal = (): void => {
    if (stop.signal.aborted) process.exit(exitCodes.interrupted);
    terminal.line('stopping: letting running work finish (once more to stop at once)');
    stop.abort();
  };
  for (const name of names) process.on(name, onSignal);
  return {
    signal: stop.signal,
    release: () => {
      for (const name of names) process.off(name, onSignal);
    },
  };
}
