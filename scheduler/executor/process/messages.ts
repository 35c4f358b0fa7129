import type { SchedulerAccess } from '../../authoring/scheduler-access.ts';
import type { AttemptOutcome, TaskError } from '../../core/outcome.ts';
import type { InstanceKey } from '../../store/rows.ts';
import type { RecordedFields } from '../../templates/renderer.ts';
import type { RunFacts } from '../../templates/scope.ts';
import type { AbortReason } from '../run-attempt.ts';

/** What a child is to do: everything that an attempt needs and a process can be sent. */
export interface ChildJob {
  readonly file: string;
  readonly key: InstanceKey;
  readonly tryNumber: number;
  readonly run: RunFacts;
  readonly waitingSince: Date;
  readonly isLatest: boolean;
}

/** What the scheduler tells a child. */
export type ToChild =
  | { readonly type: 'job'; readonly job: ChildJob }
  | { readonly type: 'abort'; readonly reason: AbortReason }
  | { readonly type: 'answer'; readonly id: number; readonly value: unknown }
  | {
      readonly type: 'refusal';
      readonly id: number;
      readonly error: TaskError;
      readonly retryable: boolean;
    };

/** What a child tells the scheduler. Log lines do not come this way: a pipe of their own stops who writes too fast. */
export type FromChild =
  | { readonly type: 'outcome'; readonly outcome: AttemptOutcome }
  | { readonly type: 'ask'; readonly id: number; readonly question: Question };

/** What only the scheduler can answer: the child has no connection to the store. */
export type Question =
  | { readonly kind: 'xcom'; readonly taskId: string }
  | { readonly kind: 'connection'; readonly connId: string }
  | { readonly kind: 'variable'; readonly key: string }
  | { readonly kind: 'record_rendered'; readonly fields: RecordedFields }
  | { readonly kind: 'latest_success'; readonly dagId: string }
  | { readonly kind: 'previous_success' }
  | { readonly kind: 'scheduler'; readonly call: SchedulerCall };

/** A call of the scheduler on a task's behalf. */
export type SchedulerCall = {
  readonly [Method in keyof SchedulerAccess]: {
    readonly method: Method;
    readonly args: Parameters<SchedulerAccess[Method]>;
  };
}[keyof SchedulerAccess];
