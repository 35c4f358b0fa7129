import { factsOf } from './states.ts';
import type { TaskInstanceState } from './states.ts';

/** Counts over the direct upstream task instances of one task in one run. */
interface UpstreamCounts {
  readonly total: number;
  readonly success: number;
  readonly skipped: number;
  readonly failed: number;
  readonly upstreamFailed: number;
  readonly removed: number;
  readonly done: number;
  /** Of the upstreams that are setups. */
  readonly setups: { readonly total: number; readonly success: number; readonly skipped: number };
  /** Which instance of a mapped task asks; -1 where the task is not mapped. */
  readonly mapIndex: number;
}

type Mark = 'upstream_failed' | 'skipped' | 'removed';

interface RuleFacts {
  /** The task may start. */
  readonly mayRun: (counts: UpstreamCounts) => boolean;
  /** The task will never run and takes this state at once, even while other upstreams still run. Checked first. */
  readonly mark: (counts: UpstreamCounts) => Mark | undefined;
}

const never = (): undefined => undefined;
const isDone = (c: UpstreamCounts): boolean => c.done >= c.total;
const bad = (c: UpstreamCounts): number => c.failed + c.upstreamFailed;
/** Those that count against a rule which wants all: a mapped instance does not wait for one that was removed. */
const wanted = (c: UpstreamCounts): number => (c.mapIndex >= 0 ? c.total - c.removed : c.total);

/** Airflow's trigger rules as a total table; the last one is what teardowns have, and nothing else may. */
export const triggerRuleTable = {
  all_success: {
    mayRun: (c) => c.success === wanted(c),
    mark: (c) => {
      if (bad(c) > 0) return 'upstream_failed';
      if (c.skipped > 0) return 'skipped';
      // The upstream's list became shorter: there is no value for this instance any more.
      const isSurplus = c.removed > 0 && c.success > 0 && c.mapIndex >= c.success;
      return isSurplus ? 'removed' : undefined;
    },
  },
  all_failed: {
    mayRun: (c) => bad(c) === wanted(c),
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
    mayRun: (c) => c.success + c.skipped === wanted(c),
    mark: (c) => (bad(c) > 0 ? 'upstream_failed' : undefined),
  },
  none_failed_min_one_success: {
    mayRun: (c) => c.success + c.skipped === wanted(c),
    mark: (c) => (bad(c) > 0 ? 'upstream_failed' : c.skipped === c.total ? 'skipped' : undefined),
  },
  none_skipped: {
    mayRun: (c) => isDone(c) && c.skipped === 0,
    mark: (c) => (c.skipped > 0 ? 'skipped' : undefined),
  },
  always: { mayRun: () => true, mark: never },
  all_done_setup_success: {
    mayRun: (c) => isDone(c) && (c.setups.total === 0 || c.setups.success >= 1),
    mark: (c) => {
      if (!isDone(c) || c.setups.total === 0) return undefined;
      if (c.setups.skipped === c.setups.total) return 'skipped';
      return c.setups.success === 0 ? 'upstream_failed' : undefined;
    },
  },
} as const satisfies Record<string, RuleFacts>;

/** Every rule, those of teardowns included. */
export type AnyTriggerRule = keyof typeof triggerRuleTable;
/** The rules that a task can ask for. */
export type TriggerRule = Exclude<AnyTriggerRule, 'all_done_setup_success'>;

/** What a trigger rule says about a task right now. */
export type TriggerVerdict =
  | { readonly kind: 'run' | 'wait' }
  | { readonly kind: 'mark'; readonly state: Mark };

/** One direct upstream, as a rule sees it. */
export interface UpstreamState {
  readonly state: TaskInstanceState | null;
  readonly isSetup: boolean;
}

/** Applies a rule to the direct upstreams. Without upstreams every rule passes. */
export function evaluateTriggerRule(
  rule: AnyTriggerRule,
  upstreams: readonly UpstreamState[],
  mapIndex = -1,
): TriggerVerdict {
  if (upstreams.length === 0) return { kind: 'run' };
  const counts = countStates(upstreams, mapIndex);
  const { mark, mayRun }: RuleFacts = triggerRuleTable[rule];
  const state = mark(counts);
  if (state !== undefined) return { kind: 'mark', state };
  return { kind: mayRun(counts) ? 'run' : 'wait' };
}

/**
 * What setups further up say before the rule is asked: a task in the scope of a setup needs what that prepares. One
 * that failed or was skipped settles it at once, whatever the others do.
 */
export function evaluateIndirectSetups(states: readonly (TaskInstanceState | null)[]): TriggerVerdict {
  if (states.some((state) => factsOf(state).failure)) return { kind: 'mark', state: 'upstream_failed' };
  if (states.includes('skipped')) return { kind: 'mark', state: 'skipped' };
  return { kind: states.every((state) => state === 'success') ? 'run' : 'wait' };
}

function countStates(upstreams: readonly UpstreamState[], mapIndex: number): UpstreamCounts {
  const count = (state: TaskInstanceState, among = upstreams): number =>
    among.filter((each) => each.state === state).length;
  const setups = upstreams.filter((each) => each.isSetup);
  return {
    total: upstreams.length,
    success: count('success'),
    skipped: count('skipped'),
    failed: count('failed'),
    upstreamFailed: count('upstream_failed'),
    removed: count('removed'),
    done: upstreams.filter(({ state }) => factsOf(state).finished).length,
    setups: { total: setups.length, success: count('success', setups), skipped: count('skipped', setups) },
    mapIndex,
  };
}
