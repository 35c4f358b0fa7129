import type { TaskArgs, TaskContext, TaskHandle, Templated } from './task.ts';
import type { NoFields, Rendered, TemplateFields } from './template-fields.ts';

/** What a branch may answer: the name of one choice, several, or none, which skips them all. */
export type Chosen<Name extends string> = Name | readonly Name[] | null | undefined;

/**
 * A task that decides which of the tasks right below it go on; the others are skipped, but for what also lies below one
 * that goes on: a join with the rule none_failed_min_one_success. It returns the ids of the tasks that go on.
 */
export interface BranchTask<Services, Name extends string, Fields extends TemplateFields = NoFields>
  extends TaskArgs, Templated<Fields> {
  /** What it chooses from, by name. They wait for the branch. */
  readonly choices: Readonly<Record<Name, TaskHandle>>;
  readonly choose: (
    context: TaskContext<Services>,
    fields: Rendered<Fields>,
  ) => Chosen<NoInfer<Name>> | Promise<Chosen<NoInfer<Name>>>;
}

/** A task that skips what is below it unless its condition holds. It returns the condition. */
export interface ShortCircuitTask<Services, Fields extends TemplateFields = NoFields>
  extends TaskArgs, Templated<Fields> {
  readonly condition: (
    context: TaskContext<Services>,
    fields: Rendered<Fields>,
  ) => boolean | Promise<boolean>;
  /** Skip everything below, whatever its trigger rule, teardowns excepted; false: only what is right below. true */
  readonly ignoreDownstreamTriggerRules?: boolean;
}
