import type { ZodObject } from 'zod';
import { schedulerErrors } from '../errors.ts';
import type { RunPolicy } from '../core/states.ts';
import type { DagCallbacks, DeadlineArgs } from './dag-callbacks.ts';
import type { DagDefinition } from './definition.ts';
import { dateOf, isInstant, notAnInstant } from './instant.ts';
import type { Instant } from './instant.ts';
import type { Schedule } from './schedule.ts';
import type { TaskArgs } from './task.ts';
import { collectTasks } from './task-builder.ts';
import { mustBeNamed, mustKnowDefaults } from './task-arguments.ts';
import { writtenDurationMs } from './written-duration.ts';
import type { TaskBuilder } from './task-builder.ts';

/** Arguments of a DAG; Airflow 3's names, defaults and meaning. */
export interface DagArgs<Services> {
  readonly dagId: string;
  readonly description: string;
  /** When it runs by itself: `every('5m')`, `cron('0 6 * * *', zone)`, `assets(...)`, or null for manual only. */
  readonly schedule: Schedule;
  /** No run is scheduled for a tick, or an interval that begins, before this: '2026-01-31T00:00:00Z'. */
  readonly startDate?: Instant;
  /** Nor for one after this; this very instant still counts. */
  readonly endDate?: Instant;
  /** Run once for every missed tick; false: ticks missed while down collapse into the latest. */
  readonly catchup?: boolean;
  /** 16; always 1 for a continuous schedule. */
  readonly maxActiveRuns?: number;
  /** Tasks of one run at the same time; 16. */
  readonly maxActiveTasks?: number;
  /** How long a run may take from its start: then it fails, and what has not ended is skipped. Unlimited. */
  readonly dagrunTimeout?: string;
  /** The first task that fails ends the run; only where every task has the rule all_success. false */
  readonly failFast?: boolean;
  /** Pauses the DAG after so many failed runs in a row; 0: never. */
  readonly maxConsecutiveFailedRuns?: number;
  /** Which failures make a run fail: `leaves`, as in Airflow, or `any_failed`, the default with failFast. */
  readonly runPolicy?: RunPolicy;
  /** Told once a run has succeeded, or failed; also again where it was cleared and ends anew. */
  readonly onSuccess?: DagCallbacks;
  readonly onFailure?: DagCallbacks;
  /** By when a run must have succeeded; a backfill's runs have none. */
  readonly deadline?: DeadlineArgs;
  /**
   * What a run may be told, `z.object({...})`: checked when the run is triggered, and given to tasks as `params`, with
   * defaults. Where the DAG runs by itself every param needs a default. By default anything goes.
   */
  readonly params?: ZodObject;
  /** Defaults for every task of this DAG; a task's own arguments win. */
  readonly defaultArgs?: TaskArgs;
  /** Folders, from that of the DAG's file on, in which template files are looked for after that one. */
  readonly templateSearchpath?: readonly string[];
  readonly tags: readonly string[];
  /** Who answers for it. */
  readonly owner: string;
  /** Declares the tasks and their order. Called once, when the file is loaded. */
  readonly tasks: (t: TaskBuilder<Services>) => void;
}

/**
 * Declares a DAG; a `*.dag.ts` file exports the result.
 *
 *     export default dag<Services>({
 *       dagId: 'hello', description: 'Says hello.', schedule: every('5m'), owner: 'data', tags: [],
 *       tasks: (t) => {
 *         const name = t.task('name', { run: () => 'world' });
 *         t.task('greet', { run: async (c) => c.logger.info(`hello ${await c.xcomPull(name)}`) }).after(name);
 *       },
 *     });
 */
export function dag<Services>(args: DagArgs<Services>): DagDefinition<Services> {
  refuseMissing(args);
  mustBeNamed(`DAG ${args.dagId}`, args, argumentNames);
  mustKnowDefaults(`DAG ${args.dagId}, defaultArgs`, args.defaultArgs ?? {});
  return {
    kind: 'dag',
    dagId: args.dagId,
    description: args.description,
    schedule: args.schedule,
    startDate: args.startDate === undefined ? undefined : dateOf(args.startDate),
    endDate: args.endDate === undefined ? undefined : dateOf(args.endDate),
    catchup: args.catchup ?? false,
    maxActiveRuns: args.maxActiveRuns ?? (args.schedule?.kind === 'continuous' ? 1 : 16),
    maxActiveTasks: args.maxActiveTasks ?? 16,
    dagrunTimeoutMs:
      args.dagrunTimeout === undefined
        ? undefined
        : writtenDurationMs(`DAG ${args.dagId}: dagrunTimeout`, args.dagrunTimeout),
    failFast: args.failFast ?? false,
    maxConsecutiveFailedRuns: args.maxConsecutiveFailedRuns ?? 0,
    runPolicy: args.runPolicy ?? (args.failFast === true ? 'any_failed' : 'leaves'),
    onSuccess: [args.onSuccess ?? []].flat(),
    onFailure: [args.onFailure ?? []].flat(),
    deadline: args.deadline === undefined ? undefined : resolveDeadline(args.deadline),
    params: args.params,
    templateSearchpath: args.templateSearchpath ?? [],
    tags: args.tags.toSorted(),
    owner: args.owner,
    ...collectTasks(args),
  };
}

function resolveDeadline({ reference, interval, callback }: DeadlineArgs): DagDefinition<never>['deadline'] {
  const isEvent = reference === 'queued_at' || reference === 'logical_date';
  return {
    reference: isEvent ? reference : dateOf(reference),
    intervalMs: writtenDurationMs('deadline: interval', interval),
    callbacks: [callback].flat(),
  };
}

const everyArgument = {
  dagId: true,
  description: true,
  schedule: true,
  startDate: true,
  endDate: true,
  catchup: true,
  maxActiveRuns: true,
  maxActiveTasks: true,
  dagrunTimeout: true,
  failFast: true,
  runPolicy: true,
  maxConsecutiveFailedRuns: true,
  onSuccess: true,
  onFailure: true,
  deadline: true,
  params: true,
  defaultArgs: true,
  templateSearchpath: true,
  tags: true,
  owner: true,
  tasks: true,
} as const satisfies Readonly<Record<keyof DagArgs<never>, true>>;
const argumentNames = Object.keys(everyArgument);

const isText = (value: unknown): boolean => typeof value === 'string';

/** What every DAG must say, and how to tell that it does; one row an argument. */
const required: ReadonlyArray<{
  readonly argument: keyof DagArgs<never>;
  readonly expected: string;
  readonly isGiven: (value: unknown) => boolean;
  /** What is wrong with another value; its type unless said. */
  readonly wrong?: (value: unknown) => string;
}> = [
  { argument: 'dagId', expected: 'a text', isGiven: isText },
  { argument: 'description', expected: 'a text', isGiven: isText },
  {
    argument: 'schedule',
    expected: 'every(...), cron(...), assets(...) or null',
    isGiven: (value) => typeof value === 'object',
  },
  { argument: 'owner', expected: 'a text', isGiven: isText },
  { argument: 'tags', expected: 'a list of texts, such as []', isGiven: Array.isArray },
  { argument: 'tasks', expected: 'a function', isGiven: (value) => typeof value === 'function' },
];

const anInstant = {
  expected: `a time with its zone, such as '2026-01-31T00:00:00Z' or '2026-01-31T00:00:00+01:00', or a Date`,
  isGiven: isInstant,
  wrong: notAnInstant,
};

const isFunction = (value: unknown): boolean => typeof value === 'function';
const isCallback = (value: unknown): boolean =>
  Array.isArray(value) ? value.every(isFunction) : isFunction(value);

function isDeadline(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { reference, interval, callback } = value as Partial<Record<keyof DeadlineArgs, unknown>>;
  const isReference = reference === 'queued_at' || reference === 'logical_date' || isInstant(reference);
  return isReference && isText(interval) && isCallback(callback);
}

/** What a DAG may leave out. */
const optional: typeof required = [
  {
    argument: 'templateSearchpath',
    expected: 'a list of folders',
    isGiven: (value) => Array.isArray(value) && value.every(isText),
  },
  { argument: 'startDate', ...anInstant },
  { argument: 'endDate', ...anInstant },
  { argument: 'catchup', expected: 'true or false', isGiven: (value) => typeof value === 'boolean' },
  { argument: 'onSuccess', expected: 'a function or several', isGiven: isCallback },
  { argument: 'onFailure', expected: 'a function or several', isGiven: isCallback },
  {
    argument: 'deadline',
    expected:
      "{ reference: 'queued_at', 'logical_date' or a time with its zone, interval: '2h', callback: a function or several }",
    isGiven: isDeadline,
  },
];

/** The loader does not check types, so a file that no compiler has seen gets here. The loader adds which file it is. */
function refuseMissing(args: Partial<Record<keyof DagArgs<never>, unknown>>): void {
  const given = optional.filter(({ argument }) => args[argument] !== undefined);
  const wrongType = (): string => 'has the wrong type';
  for (const { argument, expected, isGiven, wrong = wrongType } of [...required, ...given]) {
    const value = args[argument];
    if (isGiven(value)) continue;
    const dagName = isText(args.dagId) ? `DAG ${String(args.dagId)}` : 'a DAG';
    const what = value === undefined ? 'is missing' : wrong(value);
    throw schedulerErrors.error('DAG_ARGUMENT_INVALID', {
      message: `${dagName}: ${argument} ${what}; it must be ${expected}`,
    });
  }
}
