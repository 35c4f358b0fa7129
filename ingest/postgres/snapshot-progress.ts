import { formatDuration } from '../../lib/duration.ts';
import type { CaptureDeps } from './capture-deps.ts';

const progressEveryMs = 200;

/** Rows done, rows expected and the time that is left, at most five times a second. */
export function snapshotProgress(
  deps: CaptureDeps,
  alreadyDone: number,
  estimated: number,
): { readonly onRows: (rows: number) => void; readonly end: (isFinished: boolean) => void } {
  const step = `snapshot ${deps.source}`;
  const begin = deps.clock.monotonicMs();
  let last = begin;
  let done = alreadyDone;
  const total = (): number => Math.max(done, Math.round(estimated));
  deps.onProgress({ step, state: 'running', done, total: total(), unit: 'rows' });
  return {
    onRows: (rows) => {
      done += rows;
      const now = deps.clock.monotonicMs();
      if (now - last < progressEveryMs) return;
      last = now;
      const leftMs = ((now - begin) / Math.max(1, done - alreadyDone)) * (total() - done);
      const note = `ETA ${formatDuration(leftMs)}`;
      deps.onProgress({ step, state: 'running', done, total: total(), unit: 'rows', note });
    },
    end: (isFinished) => {
      const state = isFinished ? 'finished' : 'running';
      deps.onProgress({ step, state, done, total: isFinished ? done : total(), unit: 'rows' });
    },
  };
}
