import type { Clock } from '../lib/clock.ts';
import { messageOf } from '../lib/errors.ts';
import { createDagCaller } from './call-dags.ts';
import type { DagCaller } from './call-dags.ts';
import { createAttention } from './attention.ts';
import { createExecutor } from './executor/executor.ts';
import type { Executor } from './executor/executor.ts';
import type { ExecutorOptions } from './executor/executor-options.ts';
import { openPresence } from './store/presence.ts';
import type { Changed, Presence } from './store/presence.ts';
import { tick } from './tick.ts';
import { coalesce, createBell } from './wake.ts';
import type { Bell, Coalesced } from './wake.ts';

/** What an engine needs, every default filled in. */
export type EngineOptions = Omit<ExecutorOptions, 'owner' | 'onSettled'>;

/** The part that runs: passes over the store, and the attempts they lead to. */
export interface Engine {
  readonly executor: Executor;
  readonly caller: DagCaller;
  /** One pass over everything works until nothing more can be done now. */
  readonly passes: Coalesced;
  /** Rings after every pass. */
  readonly bell: Bell;
  /** Asks for a pass over everything and does not wait; its failure is logged, and the next one tries again. */
  readonly wake: () => void;
  /** Joins the schedulers on this store. */
  readonly join: () => Promise<Presence>;
  readonly isStopping: () => boolean;
  /** Starts nothing more, drains what runs, and leaves. */
  readonly stop: (graceMs: number) => Promise<void>;
  /** Takes a stop back. */
  readonly resume: () => void;
}

/** Creates an engine; it does nothing before the first pass. */
export function createEngine(options: EngineOptions): Engine {
  const { control, clock, leaseMs, logger, onEvent } = options;
  const bell = createBell();
  const attention = createAttention();
  const caller = createDagCaller(options);
  const executor = createExecutor({
    ...options,
    owner: async () => (await join()).owner,
    onSettled: (run, task) => {
      // An asset event concerns DAGs that only the store knows.
      if (task.outlets.length > 0) attention.toAll();
      attention.toRun(run);
      pass();
    },
  });
  let presence: Presence | undefined;
  let stopping = false;

  const isStopping = (): boolean => stopping;
  const join = async (): Promise<Presence> => {
    presence ??= await openPresence(control, { now: clock.now(), logger, onWake });
    return presence;
  };
  const heartbeatIfDue = atMostEvery(leaseMs / 3, clock, executor.heartbeat);
  const onWake = (changed: Changed | undefined): void => {
    if (changed === undefined) return wake();
    for (const run of changed.runs) attention.toRun(run);
    for (const dagId of changed.dags) attention.toDag(dagId);
    pass();
  };
  const passes = coalesce(async () => {
    if (isStopping()) return;
    await heartbeatIfDue();
    const input = { ...options, executor, caller, attention, presence: await join() };
    let changed = true;
    while (changed && !isStopping()) changed = await tick(input);
    bell.ring();
  });
  const wake = (): void => {
    attention.toAll();
    pass();
  };
  const pass = (): void => {
    passes.run().catch((error: unknown) => {
      logger.error('a scheduler tick failed; the next one tries again', { error: messageOf(error) });
      onEvent({ type: 'tick_failed', at: clock.now(), message: messageOf(error) });
    });
  };
  return {
    executor,
    caller,
    passes: {
      run: async () => {
        attention.toAll();
        await passes.run();
      },
    },
    bell,
    wake,
    join,
    isStopping,
    resume: () => {
      stopping = false;
    },
    stop: async (graceMs) => {
      stopping = true;
      // A pass under way may still hand out attempts; only then is it known what there is to drain.
      await passes.run().catch(() => {});
      await executor.drain(graceMs);
      await caller.settled(graceMs);
      await presence?.close();
      presence = undefined;
      bell.ring();
    },
  };
}

function atMostEvery(ms: number, clock: Clock, work: () => Promise<void>): () => Promise<void> {
  let lastMs = clock.monotonicMs();
  return async () => {
    if (clock.monotonicMs() - lastMs < ms) return;
    lastMs = clock.monotonicMs();
    await work();
  };
}
