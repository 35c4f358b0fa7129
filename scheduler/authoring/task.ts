import type { Clock } from '../../lib/clock.ts';
import type { Logger } from '../../lib/logger.ts';
import type { WeightRule } from '../core/priority.ts';
import type { TaskInstanceState } from '../core/states.ts';
import type { TriggerRule } from '../core/trigger-rules.ts';
import type { TaskSecrets } from '../secrets/task-secrets.ts';
import type { Asset } from './asset.ts';
import type { SchedulerAccess } from './scheduler-access.ts';
import type { NoFields, Rendered, TemplateFields } from './template-fields.ts';

/** A value as it comes back from JSON: what an upstream's return value looks like to a downstream task. */
export type Serialized<Value> = Value extends string | number | boolean | null | undefined
  ? Value
  : Value extends Date
    ? string
    : Value extends bigint | ((...args: never[]) => unknown)
      ? never
      : { [Key in keyof Value]: Serialized<Value[Key]> };

/** What a task may know and use while it runs. `Services` is whatever the platform was wired with. */
export interface TaskContext<Services> extends TaskSecrets {
  readonly dagId: string;
  readonly runId: string;
  readonly taskId: string;
  /** Which instance of a mapped task this is; -1 where the task is not mapped. */
  readonly mapIndex: number;
  /** Counts from 1 over all attempts of this task in this run. */
  readonly tryNumber: number;
  /** The tick of a scheduled run; null for manual and asset-triggered runs. */
  readonly logicalDate: Date | null;
  readonly dataIntervalStart: Date;
  readonly dataIntervalEnd: Date;
  /** What the run was triggered with. */
  readonly conf: Readonly<Record<string, unknown>>;
  /** The same as the DAG's `params` have it, with defaults; typed by `schema.parse(params)`. */
  readonly params: Readonly<Record<string, unknown>>;
  readonly clock: Clock;
  /** Writes to the log of this attempt. */
  readonly logger: Logger;
  /** Aborts on execution timeout, on clear and on shutdown; long work must heed it. */
  readonly signal: AbortSignal;
  readonly services: Services;
  /** When the task began, or began to wait, since it was last cleared: the same over retries and pokes. */
  readonly waitingSince: Date;
  /** Other DAGs, their runs, and assets. */
  readonly scheduler: SchedulerAccess;
  /**
   * The value that a task returned in this run; undefined if it returned none, did not run or was skipped. Of a mapped
   * task the list of what its instances returned, in map-index order; those that returned none are left out.
   */
  readonly xcomPull: <Pulled>(task: XComRef<Pulled>) => Promise<Pulled>;
  /** When the newest run of a DAG that succeeded began and ended; undefined before the first. For sensors. */
  readonly latestSuccess: (
    dagId: string,
  ) => Promise<{ readonly startDate: Date; readonly endDate: Date } | undefined>;
  /** The run of this DAG before this one that succeeded; undefined for the first, and without a logical date. */
  readonly previousSuccess: () => Promise<PreviousSuccess | undefined>;
}

/** The newest run of a DAG before another one, by logical date, that succeeded. */
export interface PreviousSuccess {
  readonly dataIntervalStart: Date;
  readonly dataIntervalEnd: Date;
  readonly startDate: Date | null;
  readonly endDate: Date | null;
}

/** How a try ended, for who is told of it. */
export interface TaskEnd {
  readonly state: TaskInstanceState;
  readonly error: { readonly code: string; readonly message: string; readonly remedy: string } | null;
  /** Why it was skipped. */
  readonly reason: string | null;
}

/** Told of a task, with the context that it had. What it throws is logged and changes nothing. */
export type TaskCallback<Told extends readonly unknown[]> = (
  context: TaskContext<unknown>,
  ...told: Told
) => unknown;

type Callbacks<Told extends readonly unknown[]> = TaskCallback<Told> | ReadonlyArray<TaskCallback<Told>>;

/** Airflow's callbacks of a task: one or several each. They run with the scheduler, also for a task in a process. */
export interface TaskCallbacks {
  /** Before each try begins. */
  readonly onExecute?: Callbacks<[]>;
  readonly onSuccess?: Callbacks<[end: TaskEnd]>;
  /** When it failed for good. */
  readonly onFailure?: Callbacks<[end: TaskEnd]>;
  /** When a try failed and another one comes. */
  readonly onRetry?: Callbacks<[end: TaskEnd]>;
  /** When the task itself skipped; not when a rule or a branch skipped it. */
  readonly onSkipped?: Callbacks<[end: TaskEnd]>;
}

/** Where a task runs: with the scheduler, or in a process of its own. */
export type ExecutorKind = 'in_process' | 'process';

/** Arguments every kind of task takes; Airflow's names, defaults and meaning. Durations are texts like '30s'. */
export interface TaskArgs extends TaskCallbacks {
  readonly description?: string;
  /** Attempts after the first; 0. */
  readonly retries?: number;
  /** '5m', counted from the end of the failed attempt. */
  readonly retryDelay?: string;
  /** Doubles the delay with each attempt, with a deterministic jitter; false. */
  readonly retryExponentialBackoff?: boolean;
  readonly maxRetryDelay?: string;
  /** Wall clock of one attempt; unlimited. */
  readonly executionTimeout?: string;
  /** `process`: in a process of its own, without the platform's services; as the scheduler is set up unless said. */
  readonly executor?: ExecutorKind;
  /** So much memory its process, with all it starts, may take; only with the executor `process`. Unlimited. */
  readonly memoryLimitMb?: number;
  /** Which upstream states let the task start; all_success. */
  readonly triggerRule?: TriggerRule;
  /** Starts only once the same task of the run before succeeded or was skipped; false. The first run passes. */
  readonly dependsOnPast?: boolean;
  /** Like dependsOnPast, and also what directly depends on that task must have succeeded or been skipped; false. */
  readonly waitForDownstream?: boolean;
  /** Shares the slots of this pool with all tasks that name it; default_pool. See `shopwave pools`. */
  readonly pool?: string;
  /** 1 */
  readonly poolSlots?: number;
  /** Who gets a free slot first; 1, the higher the sooner. */
  readonly priorityWeight?: number;
  /** Whether the weights of all tasks below, above or of none count as well; downstream. */
  readonly weightRule?: WeightRule;
  /** Instances of this task at the same time over all runs; unlimited. */
  readonly maxActiveTisPerDag?: number;
  /** Prepares something that the tasks below need; they fail with it. */
  readonly isSetup?: boolean;
  /** Clears away what setups prepared: runs if one of the setups right above succeeded, whatever the work did. */
  readonly isTeardown?: boolean;
  /** A teardown whose failure fails the run; false. */
  readonly onFailureFailDagrun?: boolean;
  /** Assets that the task reads, for people who look for what depends on what; nothing waits for them. */
  readonly inlets?: readonly Asset[];
  /** Assets that count as produced when the task succeeds; a skipped or failed task produces none. */
  readonly outlets?: readonly Asset[];
}

/** What a task has rendered before its work begins. */
export interface Templated<Fields extends TemplateFields> {
  /** `{ day: '{{ ds }}' }`: templates with Airflow's context names. The work gets them rendered. */
  readonly templates?: Fields;
  /** Fields that a shell runs: values that people give a run are refused there unless they are quoted. */
  readonly shellFields?: ReadonlyArray<keyof Fields & string>;
  /**
   * Endings by field, such as `{ sql: ['.sql'] }`: a text of it that ends so names a file beside the DAG's, or in its
   * `templateSearchpath`, and that is the template. Read before each attempt.
   */
  readonly templateExt?: { readonly [Field in keyof Fields]?: readonly string[] };
}

/** A task that does something once. Its return value is kept as JSON for downstream tasks. */
export interface FunctionTask<Services, Output, Fields extends TemplateFields = NoFields>
  extends TaskArgs, Templated<Fields> {
  readonly run: (context: TaskContext<Services>, fields: Rendered<Fields>) => Promise<Output> | Output;
}

/** A task that waits until `poke` says true. Between pokes it is up_for_reschedule and holds no slot. */
export interface SensorTask<Services, Output = undefined, Fields extends TemplateFields = NoFields>
  extends SensorArgs, Templated<Fields> {
  readonly poke: (
    context: TaskContext<Services>,
    fields: Rendered<Fields>,
  ) => Promise<PokeResult<Output>> | PokeResult<Output>;
}

/** Whether the condition is true, with a value for downstream tasks, or else when it can come true at the earliest. */
export type PokeResult<Output> =
  | boolean
  | { readonly isDone: true; readonly value: Output }
  | { readonly isDone: false; readonly nextPokeAt: Date };

/** Arguments every sensor takes. */
export interface SensorArgs extends TaskArgs {
  /** '60s' */
  readonly pokeInterval?: string;
  /** The whole wait, not one attempt; '7d'. When it is over the sensor fails for good, without retries. */
  readonly timeout?: string;
  /** Doubles the interval from poke to poke, with a deterministic jitter; false. */
  readonly exponentialBackoff?: boolean;
  /** The longest wait between two pokes; unlimited. */
  readonly maxWait?: string;
  /** A timeout, and a failure that is not retried, skips the sensor instead; false. */
  readonly softFail?: boolean;
}

/** A task that does something once for every value; `Args` are the values of one instance, by name. */
export interface MappedTask<Services, Args, Output, Fields extends TemplateFields = NoFields>
  extends TaskArgs, Templated<Fields> {
  readonly run: (
    context: TaskContext<Services>,
    mapped: Args,
    fields: Rendered<Fields>,
  ) => Promise<Output> | Output;
}

/** Where the value of a task can be read: `Pulled` is what `xcomPull` gives, `Returned` what is there on success. */
export interface XComRef<Pulled, Returned = unknown> {
  readonly taskId: string;
  /** What `xcomPull` gives is a list, of what the instances returned. */
  readonly isMapped: boolean;
  /** The value of that name that this run of the mapped group is for, and nothing that a task returned. */
  readonly groupValue?: string;
  /** Only for the compiler. */
  readonly xcomType?: { readonly pulled: Pulled; readonly returned: Returned };
}

/** A list that a task can be mapped over: itself, or the task that returns it. */
export type Mappable<Value> = readonly Value[] | XComRef<unknown, readonly Value[]>;

/** A mapped task that does not know yet what it is mapped over. */
export interface PartialTask<Args, Output> {
  /**
   * One instance for every combination of the values, the last argument varying fastest. The task waits for those that
   * return the lists; where there is nothing to map over it is skipped.
   */
  readonly expand: (over: {
    readonly [Name in keyof Args]: Mappable<Args[Name]>;
  }) => MappedTaskHandle<Output>;
  /** One instance for every object of a list, which holds all arguments of that instance. */
  readonly expandKwargs: (list: Mappable<Args>) => MappedTaskHandle<Output>;
}

/** The values of one run of a mapped group, by name, for the tasks in it: `await c.xcomPull(values.file)`. */
export type GroupValues<Args> = { readonly [Name in keyof Args]: XComRef<Args[Name]> };

/** What the function returned that declared a mapped group, as others see it: of each task a list. */
export type Gathered<Returned> =
  Returned extends TaskHandle<infer Output>
    ? MappedTaskHandle<Output>
    : Returned extends Readonly<Record<string, unknown>>
      ? { readonly [Name in keyof Returned]: Gathered<Returned[Name]> }
      : Returned;

/** A mapped group that does not know yet what it is mapped over. */
export interface PartialGroup<Args, Returned> {
  /** The whole group runs once for every combination of the values, the last argument varying fastest. */
  readonly expand: (over: {
    readonly [Name in keyof Args]: Mappable<Args[Name]>;
  }) => TaskGroupHandle<Gathered<Returned>>;
  /** The whole group runs once for every object of a list, which holds all its values. */
  readonly expandKwargs: (list: Mappable<Args>) => TaskGroupHandle<Gathered<Returned>>;
}

/** A task already added to a DAG, as far as order goes. */
export interface TaskNode<Self> {
  /** This task waits for those. */
  readonly after: (...tasks: readonly Dependency[]) => Self;
  /** Those tasks wait for this one. */
  readonly before: (...tasks: readonly Dependency[]) => Self;
}

/** What can be put before or after a task. */
export type Dependency = (TaskNode<unknown> & { readonly taskId: string }) | TaskGroupHandle | EdgeLabel;

/** A dependency with a word for its edge; see `label`. */
export interface EdgeLabel {
  readonly label: string;
  readonly of: Dependency;
}

/** Tasks that belong together. Put before or after something it stands for its last or first tasks, as they are then. */
export interface TaskGroupHandle<Returned = unknown> extends TaskNode<TaskGroupHandle<Returned>> {
  readonly groupId: string;
  /** Its tasks that wait for none of the others. */
  readonly roots: () => readonly string[];
  /** Its tasks that none of the others wait for. */
  readonly leaves: () => readonly string[];
  /** What the function returned that declared it: the handles that others need. */
  readonly tasks: Returned;
}

/** Arguments of a task group. */
export interface TaskGroupArgs {
  /** Ids of its tasks begin with its own and a dot; true. */
  readonly prefixGroupId?: boolean;
  /** Defaults for its tasks; they go before those of the DAG, and a task's own before both. */
  readonly defaultArgs?: TaskArgs;
}

/** A task already added to a DAG: for dependencies and for reading its return value. */
export interface TaskHandle<Output = unknown>
  extends TaskNode<TaskHandle<Output>>, XComRef<Serialized<Output> | undefined, Serialized<Output>> {}

/** A mapped task already added to a DAG; its value is the list of what its instances returned. */
export interface MappedTaskHandle<Output = unknown>
  extends
    TaskNode<MappedTaskHandle<Output>>,
    XComRef<readonly Serialized<Output>[], readonly Serialized<Output>[]> {}

/** Thrown by a task to end as skipped: there was nothing to do. Its outlets count as unchanged. */
export class TaskSkip extends Error {
  override readonly name = 'TaskSkip';
}

/** Thrown by a task to fail at once, whatever retries are left. */
export class TaskFail extends Error {
  override readonly name = 'TaskFail';
}
