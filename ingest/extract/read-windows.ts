import { renderCursor } from './cursor.ts';
import type { CursorState } from './cursor.ts';
import { inOrder } from './in-order.ts';
import { landSpool, spoolPages } from './spool.ts';
import type { Landing, Spool } from './spool.ts';
import { cursorOf } from './stream-run.ts';
import type { StreamRun } from './stream-run.ts';
import type { ExtractMode, ReadWindow, Window } from './stream.ts';

/** How windows are landed: in which mode, and whether the stream goes on behind them. */
export interface WindowLanding {
  readonly mode: ExtractMode;
  /** The cursor follows the windows. */
  readonly moves?: boolean;
  /** What was lost before the first window; noted in the cursor. */
  readonly gap?: Window | undefined;
}

/**
 * Reads windows side by side and lands them in order, each one whole: whatever fails, the cursor stands at the end of
 * the last window that was landed with all windows before it.
 */
export async function readWindows(
  run: StreamRun,
  pages: ReadWindow,
  windows: readonly Window[],
  landing: WindowLanding,
): Promise<void> {
  const { deps, lines, context } = run;
  const before = await cursorOf(run);
  const state = withGap(before?.state ?? {}, landing.gap, deps.clock.now());
  let cursorIn = before?.text ?? null;
  const progress = reporter(run, windows.length);
  await inOrder<Window, Spool>(
    windows,
    {
      limit: deps.windowsAtOnce,
      read: (window, signal) => spoolPages(deps, lines, pages(window, { ...context, signal }), signal),
      discard: (spool) => spool.batch.discard(),
      finish: async (spool, window) => {
        const cursorOut = landing.moves === true ? renderCursor(state) : null;
        const manifest = await landSpool(deps, spool, {
          ...spanOf(run, landing.mode, window),
          cursorIn,
          cursorOut,
          // A batch that moves no cursor says how far the stream is complete, not how far it looked.
          freshToMs: landing.moves === true ? window.toMs : (before?.freshToMs ?? window.toMs),
        });
        run.landed.push(manifest);
        if (cursorOut !== null) cursorIn = cursorOut;
        progress();
      },
    },
    context.signal,
  );
}

/** Reads what belongs together as one batch, and leaves the cursor alone. */
export async function readOnce(run: StreamRun, pages: ReadWindow, window: Window): Promise<void> {
  const oneBatch = { mode: 'reconcile' } as const;
  await readWindows(run, pages, [window], oneBatch);
}

export function spanOf(
  run: StreamRun,
  mode: ExtractMode,
  window: Window | undefined,
): Pick<Landing, 'stream' | 'mode' | 'windowFrom' | 'windowTo'> {
  return {
    stream: run.definition.stream,
    mode,
    windowFrom: window === undefined ? null : new Date(window.fromMs).toISOString(),
    windowTo: window === undefined ? null : new Date(window.toMs).toISOString(),
  };
}

function withGap(before: CursorState, gap: Window | undefined, now: Date): CursorState {
  const { after, gaps = [] } = before;
  const noted = gap && {
    from: new Date(gap.fromMs).toISOString(),
    to: new Date(gap.toMs).toISOString(),
    closedAt: now.toISOString(),
  };
  const all = noted === undefined ? gaps : [...gaps, noted];
  return { ...(after === undefined ? {} : { after }), ...(all.length === 0 ? {} : { gaps: all }) };
}

function reporter(run: StreamRun, total: number): () => void {
  const step = `extract ${run.deps.source} ${run.definition.stream}`;
  let done = 0;
  return () => {
    done += 1;
    run.deps.onProgress({ step, state: 'running', done, total, unit: 'windows' });
  };
}
