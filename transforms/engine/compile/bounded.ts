import { createContext, Script } from 'node:vm';
import type { Context } from 'node:vm';
import { fail } from '../../../lib/jinja/errors.ts';
import { charge, chargeText } from '../../../lib/jinja/meter.ts';

/** How long one search may take: the expressions of templates take microseconds. */
const MOST_MS = 2000;
/** A search that takes longer than this is charged, so that many of them end a rendering as well. */
const SLOW_MS = 100;
const STEPS_PER_SLOW_MS = 1000;

interface Room {
  run: () => unknown;
}

let room: { readonly context: Context & Room; readonly script: Script } | undefined;

/**
 * Runs a search with a regular expression. JavaScript backtracks without end on some (`(a+)+$`), and no counter of ours
 * runs meanwhile; only the time limit of a script stops it. That costs half a millisecond a call, so an expression that
 * cannot do worse than the square of a short text runs without.
 */
export function boundedSearch<T>(expression: RegExp, text: string, search: () => T): T {
  chargeText(text.length);
  if (isHarmless(expression.source, text.length)) return search();
  room ??= {
    context: createContext({ run: () => undefined }) as Context & Room,
    script: new Script('run()'),
  };
  const started = performance.now();
  try {
    room.context.run = search;
    return room.script.runInContext(room.context, { timeout: MOST_MS }) as T;
  } catch (error) {
    if (isTimeout(error)) {
      fail(
        'JINJA_LIMIT',
        `the regular expression ${shortened(expression.source)} was still at work after ${MOST_MS / 1000} s`,
        'Write it without a repetition inside a repetition, or search a shorter text.',
      );
    }
    throw error;
  } finally {
    const took = performance.now() - started;
    if (took > SLOW_MS) charge(took * STEPS_PER_SLOW_MS);
  }
}

/** One choice of how often can be tried at each place, up to each place; two multiply, or worse. */
function isHarmless(source: string, length: number): boolean {
  if (/\{\d|\\\d|\\k</.test(source)) return false;
  const choices = source.match(/[*+]|(?<!\()\?/g)?.length ?? 0;
  return choices === 0 || (choices === 1 && length <= 5000);
}

function isTimeout(error: unknown): boolean {
  // No instance of our Error: it is made in the context of the script.
  if (typeof error !== 'object' || error === null || !('code' in error)) return false;
  return error.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT';
}

function shortened(source: string): string {
  return source.length > 60 ? `${source.slice(0, 60)}...` : source;
}
