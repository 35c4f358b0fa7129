import type { ZodObject } from 'zod';
import type { PokePolicy } from '../core/poke-time.ts';
import type { DeadlineRule } from '../core/deadline.ts';
import type { RetryPolicy } from '../core/retry-policy.ts';
import type { WeightRule } from '../core/priority.ts';
import type { RunPolicy } from '../core/states.ts';
import type { AnyTriggerRule } from '../core/trigger-rules.ts';
import type { Asset } from './asset.ts';
import type { Chosen } from './branch-task.ts';
import type { DagCallback } from './dag-callbacks.ts';
import type { Schedule } from './schedule.ts';
import type { ExecutorKind, PokeResult, TaskContext, TaskCallbacks } from './task.ts';
import type { TemplateFields } from './template-fields.ts';

/** A task with every default filled in, as the engine uses it. */
export interface TaskDefinition<Services> {
  readonly taskId: string;
  readonly description: string;
  readonly dependsOn: readonly string[];
  /** A teardown's is all_done_setup_success. */
  readonly triggerRule: AnyTriggerRule;
  readonly retryPolicy: RetryPolicy;
  readonly executionTimeoutMs: number | undefined;
  /** undefined: as the scheduler is set up. */
  readonly executor: ExecutorKind | undefined;
  readonly memoryLimitMb: number | undefined;
  readonly dependsOnPast: boolean;
  readonly waitForDownstream: boolean;
  readonly pool: string;
  readonly poolSlots: number;
  readonly priorityWeight: number;
  readonly weightRule: WeightRule;
  readonly maxActiveTisPerDag: number | undefined;
  readonly isSetup: boolean;
  readonly isTeardown: boolean;
  readonly onFailureFailDagrun: boolean;
  readonly inlets: readonly Asset[];
  readonly outlets: readonly Asset[];
  readonly callbacks: TaskCallbacks;
  /** Tasks are mapped over what it returns, so that must be a list. */
  readonly isMapSource: boolean;
  readonly mapGroup: MapGroup | undefined;
  readonly work: TaskWork<Services>;
}

/** One argument of a mapped task: a list, or the name of the task that returns it. */
export type MapArgument =
  | { readonly kind: 'list'; readonly name: string; readonly values: readonly unknown[] }
  | { readonly kind: 'xcom'; readonly name: string; readonly from: string };

/** What a task, or a group of tasks, has an instance for. */
export interface Mapping {
  readonly over: readonly MapArgument[];
  /** The values are objects that hold the arguments of an instance, and not arguments themselves. */
  readonly isOverKwargs: boolean;
}

/** A group that runs as a whole for every value; the tasks in it share it. */
export interface MapGroup extends Mapping {
  readonly groupId: string;
}

/** Work whose fields are rendered before it begins. */
export interface TemplatedWork {
  readonly templates: TemplateFields;
  readonly shellFields: readonly string[];
  readonly templateExt: Readonly<Record<string, readonly string[] | undefined>>;
}

/** What a task does when it gets a slot. */
export type TaskWork<Services> =
  | (TemplatedWork & {
      readonly kind: 'function';
      readonly run: (context: TaskContext<Services>, fields: TemplateFields) => unknown;
    })
  | (TemplatedWork & {
      readonly kind: 'branch';
      readonly choose: (
        context: TaskContext<Services>,
        fields: TemplateFields,
      ) => Chosen<string> | Promise<Chosen<string>>;
      /** From the name of a choice to the task. */
      readonly choices: ReadonlyMap<string, string>;
    })
  | (TemplatedWork & {
      readonly kind: 'short_circuit';
      readonly condition: (
        context: TaskContext<Services>,
        fields: TemplateFields,
      ) => boolean | Promise<boolean>;
      readonly reach: 'direct' | 'all';
    })
  | { readonly kind: 'latest_only' | 'empty' }
  | (Mapping &
      TemplatedWork & {
        readonly kind: 'mapped';
        readonly run: (
          context: TaskContext<Services>,
          mapped: Readonly<Record<string, unknown>>,
          fields: TemplateFields,
        ) => unknown;
      })
  | (TemplatedWork & {
      readonly kind: 'sensor';
      readonly poke: (
        context: TaskContext<Services>,
        fields: TemplateFields,
      ) => Promise<PokeResult<unknown>> | PokeResult<unknown>;
      readonly policy: PokePolicy;
      readonly softFail: boolean;
    });

/** A DAG as `dag({...})` returns it; not yet checked, that is the loader's work. */
export interface DagDefinition<Services> {
  readonly kind: 'dag';
  readonly dagId: string;
  readonly description: string;
  readonly schedule: Schedule;
  readonly startDate: Date | undefined;
  readonly endDate: Date | undefined;
  readonly catchup: boolean;
  readonly maxActiveRuns: number;
  readonly maxActiveTasks: number;
  readonly dagrunTimeoutMs: number | undefined;
  readonly failFast: boolean;
  readonly maxConsecutiveFailedRuns: number;
  readonly runPolicy: RunPolicy;
  readonly onSuccess: readonly DagCallback[];
  readonly onFailure: readonly DagCallback[];
  readonly deadline: (DeadlineRule & { readonly callbacks: readonly DagCallback[] }) | undefined;
  readonly params: ZodObject | undefined;
  readonly templateSearchpath: readonly string[];
  readonly tags: readonly string[];
  readonly owner: string;
  readonly tasks: readonly TaskDefinition<Services>[];
  /** Every dependency as it was written, also one that names a task the DAG does not have. */
  readonly edges: readonly TaskEdge[];
}

/** `to` waits for `from`. */
export interface TaskEdge {
  readonly from: string;
  readonly to: string;
  /** A word for it, for people. */
  readonly label?: string;
}

/** A DAG whatever its services: a task asks for its services, so `never` fits every definition. */
export type AnyDag = DagDefinition<never>;
export type AnyTask = TaskDefinition<never>;
