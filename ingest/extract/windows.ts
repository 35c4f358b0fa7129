import { extractErrors } from './errors.ts';
import type { Window, WindowReading } from './stream.ts';

/** Cuts a span into windows that touch and never overlap. */
export function cutWindows(span: Window, sizeMs: number): Window[] {
  const windows: Window[] = [];
  for (let fromMs = span.fromMs; fromMs < span.toMs; fromMs += sizeMs) {
    windows.push({ fromMs, toMs: Math.min(fromMs + sizeMs, span.toMs) });
  }
  return windows;
}

/** What the next run of a stream reads. */
export interface IncrementalPlan {
  /** In order; the end of each becomes the cursor. */
  readonly windows: readonly Window[];
  /** What the source no longer remembers. */
  readonly gap: Window | undefined;
}

/** Everything between what is landed (with the overlap before it) and now (with the lag before it). */
export function planIncremental(
  reading: Omit<WindowReading, 'kind' | 'pages'>,
  freshToMs: number,
  nowMs: number,
): IncrementalPlan {
  const toMs = wholeSeconds(nowMs - reading.lagMs);
  // A clock that went back: there is nothing to read, and the cursor stays where it is.
  if (toMs <= freshToMs) return { windows: [], gap: undefined };
  const wanted = Math.max(0, freshToMs - reading.overlapMs);
  const remembered = reading.forgetsAfterMs === undefined ? 0 : wholeSeconds(nowMs - reading.forgetsAfterMs);
  const fromMs = Math.max(wanted, remembered);
  return {
    windows: cutWindows({ fromMs, toMs }, reading.windowMs),
    gap: remembered > freshToMs ? { fromMs: freshToMs, toMs: remembered } : undefined,
  };
}

/** A past window somebody wants to read again; whole seconds, since most APIs know no finer. */
export function checkWindow(window: Window, nowMs: number): Window {
  const whole = { fromMs: wholeSeconds(window.fromMs), toMs: wholeSeconds(window.toMs) };
  if (whole.fromMs < whole.toMs && whole.toMs <= nowMs) return whole;
  throw extractErrors.error('EXTRACT_WINDOW_INVALID', {
    message: `[${new Date(window.fromMs).toISOString()}, ${new Date(window.toMs).toISOString()}) cannot be read`,
  });
}

export function wholeSeconds(ms: number): number {
  return Math.floor(ms / 1000) * 1000;
}
