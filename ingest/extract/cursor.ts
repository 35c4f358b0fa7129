import { z } from 'zod';
import { extractErrors } from './errors.ts';

const gap = z.strictObject({ from: z.iso.datetime(), to: z.iso.datetime(), closedAt: z.iso.datetime() });

const shape = z.strictObject({
  /** Where an API's own cursor goes on. */
  after: z.string().min(1).optional(),
  /** What the source had forgotten before it was read, and when reading history again made up for it. */
  gaps: z.array(gap).optional(),
});

/** What a stream keeps between runs, besides up to when it is complete. */
export type CursorState = Readonly<z.infer<typeof shape>>;

/** How many gaps are remembered; they are also in the log. */
const gapsKept = 20;

export function renderCursor(state: CursorState): string {
  return JSON.stringify(shape.parse({ ...state, gaps: state.gaps?.slice(-gapsKept) }));
}

/** Reads a stored cursor. */
export function parseCursor(stream: string, text: string): CursorState {
  try {
    return shape.parse(JSON.parse(text));
  } catch {
    throw extractErrors.error('EXTRACT_CURSOR_INVALID', {
      message: `the cursor of ${stream} is not what this version writes`,
      where: stream,
    });
  }
}
