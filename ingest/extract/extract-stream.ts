import type { ExtractDeps } from './extract-deps.ts';
import { createObjectLines } from './object-lines.ts';
import { followCursor } from './read-cursor.ts';
import { readOnce, readWindows } from './read-windows.ts';
import { cursorOf } from './stream-run.ts';
import type { StreamRun } from './stream-run.ts';
import type { ExtractMode, StreamDefinition, Window } from './stream.ts';
import { checkWindow, cutWindows, planIncremental, wholeSeconds } from './windows.ts';

export interface ExtractRequest {
  readonly mode: ExtractMode;
  /** For `backfill`: the window to read again. */
  readonly window?: Window;
}

/** What one call landed of one stream. */
export interface StreamResult {
  readonly stream: string;
  readonly mode: ExtractMode;
  readonly batchIds: readonly string[];
  readonly objects: number;
  readonly requests: number;
  /** The stream is complete up to here, milliseconds since 1970; undefined: it was never read. */
  readonly freshToMs: number | undefined;
  /** What the source had forgotten before it was read. */
  readonly gap: Window | undefined;
}

/** Closes a gap before a stream goes on behind it. */
export type CloseGap = (definition: StreamDefinition, gap: Window) => Promise<void>;

/** Reads one stream as asked, landing it window by window; what was landed stays when a later window fails. */
export async function extractStream(
  deps: ExtractDeps,
  definition: StreamDefinition,
  request: ExtractRequest,
  closeGap: CloseGap,
  signal: AbortSignal,
): Promise<StreamResult> {
  const run: StreamRun = {
    deps,
    definition,
    lines: createObjectLines(definition.tables, deps.protection),
    context: { signal, warn: (code, message) => warn(deps, definition, code, message) },
    landed: [],
  };
  const step = `extract ${deps.source} ${definition.stream}`;
  deps.onProgress({ step, state: 'started', note: request.mode });
  const gap = await readAsAsked(run, request, closeGap);
  const facts = run.landed.flatMap((each) => (each.kind === 'extract' ? [each.extract] : []));
  const objects = facts.flatMap((each) => each.pages).reduce((sum, page) => sum + page.objects, 0);
  deps.onProgress({ step, state: 'finished', done: objects, total: objects, unit: 'objects' });
  return {
    stream: definition.stream,
    mode: request.mode,
    batchIds: run.landed.map((each) => each.batchId),
    objects,
    requests: facts.reduce((sum, each) => sum + each.requests, 0),
    freshToMs: (await cursorOf(run))?.freshToMs,
    gap,
  };
}

async function readAsAsked(
  run: StreamRun,
  request: ExtractRequest,
  closeGap: CloseGap,
): Promise<Window | undefined> {
  const { definition, deps } = run;
  const nowMs = deps.clock.now().getTime();
  switch (request.mode) {
    case 'incremental':
      return await goOn(run, nowMs, closeGap);
    case 'history':
      await readAll(run, nowMs);
      return undefined;
    case 'reconcile':
      await reconcile(run, nowMs);
      return undefined;
    case 'backfill': {
      const window = checkWindow(request.window ?? { fromMs: 0, toMs: 0 }, nowMs);
      const { reading } = definition;
      if (reading.kind === 'cursor') await followCursor(run, reading, { mode: 'backfill', window });
      else await readWindows(run, reading.pages, cutWindows(window, reading.windowMs), { mode: 'backfill' });
      return undefined;
    }
  }
}

/** From the cursor to now; from the beginning where there is none. */
async function goOn(run: StreamRun, nowMs: number, closeGap: CloseGap): Promise<Window | undefined> {
  const { definition } = run;
  const { reading } = definition;
  const cursor = await cursorOf(run);
  if (reading.kind === 'cursor') {
    await followCursor(run, reading, {
      mode: cursor === undefined ? 'history' : 'incremental',
      window: undefined,
    });
    return undefined;
  }
  const mode = cursor === undefined ? 'history' : 'incremental';
  const freshToMs = cursor?.freshToMs ?? beginning(run, nowMs);
  const plan = planIncremental(reading, freshToMs, nowMs);
  const gap = cursor === undefined ? undefined : plan.gap;
  if (reading.alarmAfterMs !== undefined && nowMs - freshToMs > reading.alarmAfterMs) {
    run.context.warn(
      'EXTRACT_CURSOR_OLD',
      `${definition.stream} was last read up to ${new Date(freshToMs).toISOString()}`,
    );
  }
  if (gap !== undefined) await closeGap(definition, gap);
  await readWindows(run, reading.pages, plan.windows, { mode, moves: true, gap });
  return gap;
}

/** Where a stream without a cursor begins: with history, or with this run where history is others' to read. */
function beginning({ definition, deps }: StreamRun, nowMs: number): number {
  const { reading } = definition;
  if (reading.kind === 'cursor' || reading.beginsWithRun !== true) return wholeSeconds(deps.historyFromMs);
  return wholeSeconds(nowMs - reading.lagMs) - 1000;
}

/** Everything there is once more. Only a stream that has no cursor yet gets one by it. */
async function readAll(run: StreamRun, nowMs: number): Promise<void> {
  const { definition, deps } = run;
  const { reading } = definition;
  if ((await cursorOf(run)) === undefined) return void (await goOn(run, nowMs, async () => {}));
  const window = { fromMs: wholeSeconds(deps.historyFromMs), toMs: wholeSeconds(nowMs - reading.lagMs) };
  if (reading.kind === 'cursor') return await followCursor(run, reading, { mode: 'history', window });
  await readWindows(run, reading.pages, cutWindows(window, reading.windowMs), { mode: 'history' });
}

async function reconcile(run: StreamRun, nowMs: number): Promise<void> {
  const { reading, reconcile } = run.definition;
  if (reconcile === undefined) return;
  const toMs = wholeSeconds(nowMs - reading.lagMs);
  const window = { fromMs: toMs - reconcile.lookbackMs, toMs };
  if (reconcile.kind === 'pages') return await readOnce(run, reconcile.pages, window);
  if (reading.kind === 'cursor') return await followCursor(run, reading, { mode: 'reconcile', window });
  await readWindows(run, reading.pages, cutWindows(window, reading.windowMs), { mode: 'reconcile' });
}

function warn(deps: ExtractDeps, definition: StreamDefinition, code: string, message: string): void {
  deps.logger.warn(message, { source: deps.source, stream: definition.stream, code });
}
