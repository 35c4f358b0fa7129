import { factsOf } from './states.ts';
import type { TaskInstanceState } from './states.ts';

/** Counts over the direct upstream task instances of one task in one run. */
export interface UpstreamCounts {
  readonly total: number;
  readonly success: number;
  readonly skipped: number;
  readonly failed: number;
  readonly upstreamFailed: number;
  readonly removed: number;
  readonly done: number;
}

type Mark = 'upstream_failed' | 'skipped';

interface RuleFacts {
  /** The task may start. */
  readonly mayRun: (counts: UpstreamCounts) => boolean;
  /** The task will never run and takes this state at once, even while other upstreams still run. Checked first. */
  readonly mark: (counts: UpstreamCounts) => Mark | undefined;
}

const never = (): undefined => undefined;
const isDone = (c: UpstreamCounts): boolean => c.done >= c.total;
const bad = (c: UpstreamCounts): number => c.failed + c.upstreamFailed;

/** Airflow's trigger rules as a total table, for tasks that are neither mapped nor teardowns. */
export const triggerRuleTable = {
  all_success: {
    mayRun: (c) => c.success === c.total,
    mark: (c) => (bad(c) > 0 ? 'upstream_failed' : c.skipped > 0 ? 'skipped' : undefined),
  },
  all_failed: {
    mayRun: (c) => bad(c) === c.total,
    mark: (c) => (c.success + c.skipped > 0 ? 'skipped' : undefined),
  },
  all_done: { mayRun: isDone, mark: never },
  all_done_min_one_success: {
    mayRun: (c) => c.skipped === 0 && isDone(c) && c.success >= 1,
    mark: (c) => (c.skipped > 0 ? 'skipped' : isDone(c) && c.success === 0 ? 'upstream_failed' : undefined),
  },
  all_skipped: {
    mayRun: (c) => c.skipped === c.total,
    mark: (c) => (c.success + bad(c) > 0 ? 'skipped' : undefined),
  },
  one_success: {
    mayRun: (c) => c.success >= 1,
    mark: (c) => {
      if (!isDone(c) || c.success > 0) return undefined;
      return c.skipped === c.total ? 'skipped' : 'upstream_failed';
    },
  },
  one_failed: {
    mayRun: (c) => bad(c) >= 1,
    mark: (c) => (isDone(c) && bad(c) === 0 ? 'skipped' : undefined),
  },
  one_done: {
    mayRun: (c) => c.success + c.failed >= 1,
    mark: (c) => (isDone(c) && c.success + c.failed === 0 ? 'skipped' : undefined),
  },
  none_failed: {
    mayRun: (c) => c.success + c.skipped === c.total,
    mark: (c) => (bad(c) > 0 ? 'upstream_failed' : undefined),
  },
  none_failed_min_one_success: {
    mayRun: (c) => c.success + c.skipped === c.total,
    mark: (c) => (bad(c) > 0 ? 'upstream_failed' : c.skipped === c.total ? 'skipped' : undefined),
  },
  none_skipped: {
    mayRun: (c) => isDone(c) && c.skipped === 0,
    mark: (c) => (c.skipped > 0 ? 'skipped' : undefined),
  },
  always: { mayRun: () => true, mark: never },
} as const satisfies Record<string, RuleFacts>;

export type TriggerRule = keyof typeof triggerRuleTable;

/** What a trigger rule says about a task right now. */
export type TriggerVerdict =
  | { readonly kind: 'run' | 'wait' }
  | { readonly kind: 'mark'; readonly state: Mark };

/** Applies a rule to the states of the direct upstreams. Without upstreams every rule passes. */
export function evaluateTriggerRule(
  rule: TriggerRule,
  upstreamStates: readonly (TaskInstanceState | null)[],
): TriggerVerdict {
  if (upstreamStates.length === 0) return { kind: 'run' };
  const counts = countStates(upstreamStates);
  const { mark, mayRun }: RuleFacts = triggerRuleTable[rule];
  const state = mark(counts);
  if (state !== undefined) return { kind: 'mark', state };
  return { kind: mayRun(counts) ? 'run' : 'wait' };
}

function countStates(states: readonly (TaskInstanceState | null)[]): UpstreamCounts {
  const count = (wanted: TaskInstanceState): number => states.filter((state) => state === wanted).length;
  return {
    total: states.length,
    success: count('success'),
    skipped: count('skipped'),
    failed: count('failed'),
    upstreamFailed: count('upstream_failed'),
    removed: count('removed'),
    done: states.filter((state) => factsOf(state).finished).length,
  };
}
