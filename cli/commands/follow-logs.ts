import { systemClock } from '../../lib/clock.ts';
import { taskStateTable } from '../../scheduler/core/states.ts';
import type { TaskInstanceState } from '../../scheduler/core/states.ts';
import type { Cell, OperationResult } from '../operations/operation.ts';
import { ask, print } from './verb.ts';
import type { VerbOptions } from './verb.ts';

/** Where a follower is: which try, and how many of its lines it has printed. */
export interface FollowPosition {
  readonly tryNumber: number;
  readonly printed: number;
}

/** What one look found out about the task. */
export interface SeenTask {
  readonly state: TaskInstanceState | null;
  readonly tryNumber: number;
}

/**
 * Which lines to ask for next; pure. A new try starts at its first line, but only after the rest of the one before
 * was printed. The state is read before the lines: what is finished by then has written all of its lines.
 */
export function nextLook(
  at: FollowPosition | undefined,
  seen: SeenTask,
): { readonly from: FollowPosition; readonly isLast: boolean } {
  const from = at ?? { tryNumber: Math.max(seen.tryNumber, 1), printed: 0 };
  const isBehind = from.tryNumber < seen.tryNumber;
  return { from, isLast: !isBehind && seen.state !== null && taskStateTable[seen.state].finished };
}

/** Whom it asks, and where it prints. */
interface Door {
  readonly ask: typeof ask;
  readonly print: typeof print;
}

/** Prints the log of a task as it is written, over all of its tries, until the task has ended. */
export async function followLogs(
  asked: {
    readonly dag: string;
    readonly task: string;
    readonly run: string | undefined;
    readonly mapIndex: number | undefined;
    readonly try: number | undefined;
  },
  options: VerbOptions,
  door: Door = { ask, print },
): Promise<void> {
  const { dag, task, mapIndex } = asked;
  let { run } = asked;
  let position: FollowPosition | undefined =
    asked.try === undefined ? undefined : { tryNumber: asked.try, printed: 0 };
  for (;;) {
    const row = firstRow(await door.ask('tasks.state', { dag, task, run, mapIndex }, options));
    // The latest run now stays the one that is followed.
    run = String(row['run']);
    const seen = { state: row['state'] as SeenTask['state'], tryNumber: Number(row['try']) };
    const { from, isLast } = nextLook(position, seen);
    const count = await printLines({ dag, task, run, mapIndex, from, isLast }, options, door);
    const isBehind = from.tryNumber < seen.tryNumber;
    // A try that was named is not followed into the next.
    if (isLast || (isBehind && asked.try !== undefined)) return;
    position = isBehind
      ? { tryNumber: from.tryNumber + 1, printed: 0 }
      : { tryNumber: from.tryNumber, printed: from.printed + count };
    if (!isBehind) await systemClock.sleep(500);
  }
}

async function printLines(
  {
    from,
    isLast,
    ...key
  }: {
    dag: string;
    task: string;
    run: string;
    mapIndex: number | undefined;
    from: FollowPosition;
    isLast: boolean;
  },
  options: VerbOptions,
  door: Door,
): Promise<number> {
  const result = await door
    .ask('tasks.logs', { ...key, try: from.tryNumber, skip: from.printed }, options)
    .catch(
      // It has not begun: there is no log yet. Of what has ended there will be none, and whoever waited is told why.
      (error: unknown) => {
        if (!isLast && error instanceof Error && 'code' in error && error.code === 'TASK_LOG_NOT_FOUND')
          return undefined;
        throw error;
      },
    );
  if (result?.kind !== 'rows' || result.rows.length === 0) return 0;
  // A table has its widths from all of its rows: what comes bit by bit is printed a line each.
  door.print(result, options.output === 'table' ? 'plain' : options.output);
  return result.rows.length;
}

function firstRow(result: OperationResult): Readonly<Record<string, Cell>> {
  return (result.kind === 'rows' ? result.rows[0] : undefined) ?? {};
}
