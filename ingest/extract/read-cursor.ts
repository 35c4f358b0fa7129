import { renderCursor } from './cursor.ts';
import { spanOf } from './read-windows.ts';
import { landSpool, spoolPages } from './spool.ts';
import { cursorOf } from './stream-run.ts';
import type { StreamRun } from './stream-run.ts';
import type { CursorReading, ExtractMode, SourcePage, Window } from './stream.ts';
import { wholeSeconds } from './windows.ts';

export interface CursorLanding {
  readonly mode: ExtractMode;
  /** A span to read again, beside the cursor; undefined: the stream goes on from its cursor. */
  readonly window: Window | undefined;
}

/**
 * Follows an API's own cursor and lands a group of pages at a time. The cursor that is kept is the last landed page's:
 * what was read and not landed is read again.
 */
export async function followCursor(
  run: StreamRun,
  reading: CursorReading,
  { mode, window }: CursorLanding,
): Promise<void> {
  const { deps, lines, context } = run;
  const before = await cursorOf(run);
  const goesOn = window === undefined;
  let after = goesOn ? before?.state.after : undefined;
  let freshToMs = before?.freshToMs ?? wholeSeconds(deps.historyFromMs);
  const startMs = window?.fromMs ?? freshToMs;
  const from = after === undefined ? { startMs } : { cursor: after };
  const source = reading.pages(from, context)[Symbol.asyncIterator]();
  let cursorIn = before?.text ?? null;
  try {
    for (let isDone = false; !isDone;) {
      const group = takePages(source, reading.pagesPerBatch, window?.toMs);
      const spool = await spoolPages(deps, lines, group.pages, context.signal);
      isDone = group.isDone();
      // Nothing at all came: the pages ended with the group before.
      if (spool.last === undefined) return await spool.batch.discard();
      after = spool.last.cursor ?? after;
      if (goesOn) freshToMs = Math.max(freshToMs, spool.last.freshToMs ?? freshToMs);
      const cursorOut = goesOn ? renderCursor(after === undefined ? {} : { after }) : null;
      const span = spanOf(run, mode, window);
      run.landed.push(await landSpool(deps, spool, { ...span, cursorIn, cursorOut, freshToMs }));
      if (cursorOut !== null) cursorIn = cursorOut;
    }
  } finally {
    await source.return?.();
  }
}

/** Up to so many pages of an iteration that goes on afterwards. */
function takePages(
  source: AsyncIterator<SourcePage>,
  limit: number,
  untilMs: number | undefined,
): { readonly pages: AsyncIterable<SourcePage>; readonly isDone: () => boolean } {
  let isDone = false;
  const take = async function* (): AsyncGenerator<SourcePage> {
    for (let taken = 0; taken < limit && !isDone; taken += 1) {
      const step = await source.next();
      if (step.done === true) {
        isDone = true;
        return;
      }
      const page = step.value;
      isDone = page.isLast === true || (untilMs !== undefined && (page.freshToMs ?? 0) >= untilMs);
      yield page;
    }
  };
  return { pages: take(), isDone: () => isDone };
}
