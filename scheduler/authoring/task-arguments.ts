import { nearest } from '../../lib/edit-distance.ts';
import { triggerRuleTable } from '../core/trigger-rules.ts';
import { schedulerErrors } from '../errors.ts';
import type { BranchTask, ShortCircuitTask } from './branch-task.ts';
import type { WeightRule } from '../core/priority.ts';
import type { ExecutorKind, FunctionTask, SensorArgs, SensorTask, TaskArgs } from './task.ts';
import { writtenDurationMs } from './written-duration.ts';

/** Kinds of task by the builder's method that declares them. */
export type DeclaredKind = 'task' | 'partial' | 'sensor' | 'branch' | 'shortCircuit' | 'latestOnly' | 'empty';

type Known<Args> = Readonly<Record<keyof Args & string, true>>;
type Function = FunctionTask<unknown, unknown>;

const ofEvery = {
  description: true,
  retries: true,
  retryDelay: true,
  retryExponentialBackoff: true,
  maxRetryDelay: true,
  executionTimeout: true,
  executor: true,
  memoryLimitMb: true,
  triggerRule: true,
  dependsOnPast: true,
  waitForDownstream: true,
  pool: true,
  poolSlots: true,
  priorityWeight: true,
  weightRule: true,
  maxActiveTisPerDag: true,
  isSetup: true,
  isTeardown: true,
  onFailureFailDagrun: true,
  inlets: true,
  outlets: true,
  onExecute: true,
  onSuccess: true,
  onFailure: true,
  onRetry: true,
  onSkipped: true,
} as const satisfies Known<TaskArgs>;
const templated = { templates: true, shellFields: true, templateExt: true } as const;
const waiting = {
  pokeInterval: true,
  timeout: true,
  exponentialBackoff: true,
  maxWait: true,
  softFail: true,
} as const satisfies Known<Omit<SensorArgs, keyof TaskArgs>>;

/** What each kind may be given; the compiler knows where one is missing here. */
const known = {
  task: { ...ofEvery, ...templated, run: true } satisfies Known<Function>,
  partial: { ...ofEvery, ...templated, run: true },
  sensor: { ...ofEvery, ...templated, ...waiting, poke: true } satisfies Known<SensorTask<unknown>>,
  branch: { ...ofEvery, ...templated, choices: true, choose: true } satisfies Known<
    BranchTask<unknown, never>
  >,
  shortCircuit: {
    ...ofEvery,
    ...templated,
    condition: true,
    ignoreDownstreamTriggerRules: true,
  } satisfies Known<ShortCircuitTask<unknown>>,
  latestOnly: ofEvery,
  empty: ofEvery,
} as const satisfies Readonly<Record<DeclaredKind, object>>;

/** The function without which a task of the kind can do nothing. */
const work: Readonly<Record<DeclaredKind, string | undefined>> = {
  task: 'run',
  partial: 'run',
  sensor: 'poke',
  branch: 'choose',
  shortCircuit: 'condition',
  latestOnly: undefined,
  empty: undefined,
};

const weightRules: Known<Record<WeightRule, true>> = { downstream: true, upstream: true, absolute: true };
const executors: Known<Record<ExecutorKind, true>> = { in_process: true, process: true };

/** Arguments that are one of a few words. */
const words: readonly { readonly argument: keyof TaskArgs; readonly among: readonly string[] }[] = [
  {
    argument: 'triggerRule',
    among: Object.keys(triggerRuleTable).filter((each) => each !== 'all_done_setup_success'),
  },
  { argument: 'weightRule', among: Object.keys(weightRules) },
  { argument: 'executor', among: Object.keys(executors) },
];

const durations: ReadonlyArray<keyof SensorArgs> = [
  'retryDelay',
  'maxRetryDelay',
  'executionTimeout',
  'pokeInterval',
  'timeout',
  'maxWait',
];

/** Here and not where it is used, so that the place is the line of the task. */
function mustHaveDurations(what: string, given: Readonly<Record<string, unknown>>): void {
  for (const argument of durations) {
    if (given[argument] !== undefined) writtenDurationMs(`${what}: ${argument}`, given[argument]);
  }
}

/**
 * Throws DAG_ARGUMENT_INVALID for what the compiler refuses and a file that nobody compiled has all the same: an argument
 * of no such name would be left out without a word, and its default apply. DURATION_INVALID for what is none.
 */
export function mustKnowArguments(kind: DeclaredKind, taskId: string, task: object): void {
  mustBeNamed(`task ${taskId}`, task, Object.keys(known[kind]));
  const given: Readonly<Record<string, unknown>> = { ...task };
  const needed = work[kind];
  if (needed !== undefined && typeof given[needed] !== 'function')
    throw invalid(`task ${taskId}: ${needed} is missing; it must be a function`);
  if (kind === 'branch' && (typeof given['choices'] !== 'object' || given['choices'] === null))
    throw invalid(`task ${taskId}: choices is missing; it must be an object of tasks`);
  mustHaveDurations(`task ${taskId}`, given);
  for (const { argument, among } of words) {
    const value = given[argument];
    if (value === undefined || (typeof value === 'string' && among.includes(value))) continue;
    const word = typeof value === 'string' ? value : `a ${typeof value}`;
    const near = nearest(word, among);
    const remedy = near === undefined ? `it must be one of ${among.join(', ')}` : `did you mean ${near}?`;
    throw invalid(`task ${taskId}: ${argument} is ${word}; ${remedy}`);
  }
}

/** The same of the defaults of a DAG or a group. */
export function mustKnowDefaults(what: string, defaults: object): void {
  mustBeNamed(what, defaults, Object.keys(ofEvery));
  mustHaveDurations(what, { ...defaults });
}

/** Throws for an argument of a name that is none of these. */
export function mustBeNamed(what: string, args: object, names: readonly string[]): void {
  const unknown = Object.keys(args).find((name) => !names.includes(name));
  if (unknown === undefined) return;
  const near = nearest(unknown, names);
  throw invalid(
    `${what}: there is no argument ${unknown}${near === undefined ? '' : `; did you mean ${near}?`}`,
  );
}

function invalid(message: string): Error {
  return schedulerErrors.error('DAG_ARGUMENT_INVALID', { message });
}
