import { TaskFail, TaskSkip } from '../../../scheduler/index.ts';
import type { GroupValues, TaskContext } from '../../../scheduler/index.ts';
import type { Behaviour } from './scenario.ts';

type Context = TaskContext<unknown>;
/** The arguments of mapped tasks have fixed names. */
export type Mapped = { readonly x: unknown; readonly y: unknown };

function perform(deed: unknown): void {
  if (deed === 'fail') throw new Error('it is told to fail');
  if (deed === 'fail_for_good') throw new TaskFail('it is told to fail for good');
  if (deed === 'skip') throw new TaskSkip('it is told to skip');
}

/** What a task runs. */
export function actOf(does: Behaviour): (context: Context) => unknown {
  return async (context) => await act(does, context, {});
}

/** What a task in a mapped group runs: it looks up what its run of the group is for. */
export function actInGroup(does: Behaviour, values: GroupValues<Mapped>): (context: Context) => unknown {
  return async (context) => {
    const [x, y] = await Promise.all([context.xcomPull(values.x), context.xcomPull(values.y)]);
    return await act(does, context, { x, y });
  };
}

/** What an instance of a mapped task runs. */
export function actMapped(does: Behaviour): (context: Context, mapped: Partial<Mapped>) => unknown {
  return async (context, mapped) => await act(does, context, mapped);
}

async function act(does: Behaviour, context: Context, { x, y }: Partial<Mapped>): Promise<unknown> {
  if (does === 'return_mapped') return y === undefined ? x : [x, y];
  if (typeof does === 'string') return perform(does === 'as_told' ? x : does);
  if ('return' in does) return does.return;
  if ('pull' in does) return await context.xcomPull({ taskId: does.pull, isMapped: false });
  if ('fail_first' in does) return perform(context.tryNumber <= does.fail_first ? 'fail' : 'succeed');
  if ('sleep' in does) {
    await context.clock.sleep(does.sleep * 1000, context.signal);
    return context.signal.throwIfAborted();
  }
  if ('on_date' in does) {
    return perform(does.on_date[context.logicalDate?.toISOString().slice(0, 10) ?? ''] ?? 'succeed');
  }
  throw new Error(`no behaviour ${JSON.stringify(does)}`);
}

// All runs of the lane are in this process.
const pokes = new Map<string, number>();

/** What a sensor asks. */
export function pokeOf({ sense }: Extract<Behaviour, { sense: unknown }>): (context: Context) => boolean {
  return ({ dagId, runId, taskId }) => {
    const key = `${dagId} ${runId} ${taskId}`;
    pokes.set(key, (pokes.get(key) ?? 0) + 1);
    if (sense === 'fail') throw new Error('it is told to fail');
    return sense !== 'never' && (pokes.get(key) ?? 0) >= sense;
  };
}
