import type { Manifest } from '../landing/manifest.ts';
import { parseCursor } from './cursor.ts';
import type { CursorState } from './cursor.ts';
import type { ExtractDeps } from './extract-deps.ts';
import type { ObjectLines } from './object-lines.ts';
import type { ReadContext, StreamDefinition } from './stream.ts';

/** One stream's work in one call: what it is read with, and what it has landed. */
export interface StreamRun {
  readonly deps: ExtractDeps;
  readonly definition: StreamDefinition;
  readonly lines: ObjectLines;
  readonly context: ReadContext;
  readonly landed: Manifest[];
}

/** A stored cursor, as it is written and as it is read. */
export interface KnownCursor {
  readonly text: string;
  readonly state: CursorState;
  /** The stream is complete up to here, milliseconds since 1970. */
  readonly freshToMs: number;
}

/** Where the run's stream stands; undefined: it was never read. */
export async function cursorOf({
  deps,
  definition,
}: Pick<StreamRun, 'deps' | 'definition'>): Promise<KnownCursor | undefined> {
  const stored = await deps.chain.cursor(definition.stream);
  if (stored === undefined) return undefined;
  const state = parseCursor(definition.stream, stored.cursor);
  return { text: stored.cursor, state, freshToMs: Date.parse(stored.freshTo) };
}
