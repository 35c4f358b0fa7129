import type { Clock } from '../../lib/clock.ts';
import { formatDuration } from '../../lib/duration.ts';
import type { OnProgress, ProgressEvent } from '../../lib/progress.ts';
import { formatCount } from './render.ts';

/** Where progress goes: a terminal gets one live line, a file gets a line now and then. */
export interface ProgressSink {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  readonly write: (text: string) => unknown;
}

/** Shows what long work says, and lines of its own in between. */
export interface ProgressDisplay {
  readonly onProgress: OnProgress;
  readonly line: (text: string) => void;
}

interface StepState {
  readonly startedMs: number;
  firstCount?: { readonly done: number; readonly atMs: number };
  shownMs: number;
}

const endMarks = { finished: '✓', failed: '✗' } as const;
const plainIntervalMs = 3_000;
const liveIntervalMs = 80;

/** A display on one stream; steps may overlap. */
export function createProgressDisplay(sink: ProgressSink, clock: Clock): ProgressDisplay {
  const steps = new Map<string, StepState>();
  let hasLiveLine = false;
  const clear = (): void => {
    if (hasLiveLine) sink.write('\r\u001B[K');
    hasLiveLine = false;
  };
  const line = (text: string): void => {
    clear();
    sink.write(`${text}\n`);
  };
  const running = (event: ProgressEvent, state: StepState, nowMs: number): void => {
    const text = `  … ${event.step}${describe(event, state, nowMs)}`;
    if (sink.isTTY === true) {
      if (nowMs - state.shownMs < liveIntervalMs) return;
      sink.write(`\r\u001B[K${text.slice(0, (sink.columns ?? 100) - 1)}`);
      hasLiveLine = true;
    } else if (nowMs - state.shownMs >= plainIntervalMs) line(text);
    else return;
    state.shownMs = nowMs;
  };
  const onProgress: OnProgress = (event) => {
    if (event.state === 'said') return line(`  ${event.step}`);
    const nowMs = clock.monotonicMs();
    const state = steps.get(event.step) ?? { startedMs: nowMs, shownMs: nowMs };
    if (event.state === 'finished' || event.state === 'failed') {
      // A step that never said it had begun has no duration to tell.
      const took = steps.delete(event.step) ? `  ${formatDuration(nowMs - state.startedMs)}` : '';
      line(`  ${endMarks[event.state]} ${event.step}${summarise(event)}${took}`);
      return;
    }
    steps.set(event.step, state);
    if (event.state === 'started') running(event, { ...state, shownMs: -Infinity }, nowMs);
    else {
      if (event.done !== undefined) state.firstCount ??= { done: event.done, atMs: nowMs };
      running(event, state, nowMs);
    }
  };
  return { onProgress, line };
}

function describe(event: ProgressEvent, state: StepState, nowMs: number): string {
  const parts: string[] = [];
  if (event.done !== undefined) parts.push(counts(event));
  const eta = remainingMs(event, state, nowMs);
  if (eta !== undefined && event.note?.includes('ETA') !== true) parts.push(`ETA ${formatDuration(eta)}`);
  if (event.note !== undefined) parts.push(event.note);
  return parts.length === 0 ? '' : `: ${parts.join(', ')}`;
}

function summarise(event: ProgressEvent): string {
  const parts: string[] = [];
  if (event.done !== undefined) parts.push(counts({ ...event, total: event.done }));
  if (event.note !== undefined) parts.push(event.note);
  return parts.length === 0 ? '' : `: ${parts.join(', ')}`;
}

function counts(event: ProgressEvent): string {
  const { done = 0, total, unit = '' } = event;
  if (total === undefined || total === done) return `${formatCount(done)} ${unit}`.trimEnd();
  const percent = total === 0 ? 100 : Math.floor((100 * done) / total);
  return `${formatCount(done)} of ${formatCount(total)} ${unit} (${percent} %)`.replace('  ', ' ');
}

/** From the rate since the first count: what was there before this run does not speed up the estimate. */
function remainingMs(event: ProgressEvent, state: StepState, nowMs: number): number | undefined {
  if (event.done === undefined || event.total === undefined || state.firstCount === undefined)
    return undefined;
  const gained = event.done - state.firstCount.done;
  const elapsed = nowMs - state.firstCount.atMs;
  if (gained <= 0 || elapsed < 500) return undefined;
  return ((event.total - event.done) / gained) * elapsed;
}
