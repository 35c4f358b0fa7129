import type { Clock } from '../../lib/clock.ts';
import { formatDuration } from '../../lib/duration.ts';
import type { AnyTask, TaskWork } from '../authoring/definition.ts';
import type { TaskContext } from '../authoring/task.ts';
import type { AttemptOutcome } from '../core/outcome.ts';
import type { TemplateFields } from '../authoring/template-fields.ts';
import { nextPokeTime } from '../core/poke-time.ts';
import { schedulerErrors } from '../errors.ts';
import { mappedValues } from './mapped-values.ts';
import { assertXcom } from './xcom-value.ts';

/** What the work of a task is given. */
export interface WorkInput {
  readonly task: AnyTask;
  readonly context: TaskContext<never>;
  /** Renders the templates of the task and records what they came to. */
  readonly render: () => Promise<TemplateFields>;
  /** When a sensor began to wait. */
  readonly waitingSince: Date;
  /** Whether time has not asked for another run since this one. */
  readonly isLatest: () => boolean;
  readonly clock: Clock;
}

type Work<Kind extends TaskWork<never>['kind']> = Extract<TaskWork<never>, { readonly kind: Kind }>;

/** Does what a task is there for, once. Throws what the task throws. */
export async function perform(input: WorkInput): Promise<AttemptOutcome> {
  const { context } = input;
  const { work } = input.task;
  switch (work.kind) {
    case 'function':
      return kept(input, await work.run(context, await input.render()));
    case 'mapped':
      return kept(input, await work.run(context, await mappedValues(work, context), await input.render()));
    case 'sensor':
      return await poke(work, input);
    case 'branch':
      return await chooseBranch(work, input);
    case 'short_circuit': {
      const result = await work.condition(context, await input.render());
      if (result) return kept(input, result);
      return { kind: 'success', result, decision: { kind: 'skip', reach: work.reach } };
    }
    case 'latest_only':
      if (input.isLatest()) return { kind: 'success', result: undefined };
      context.logger.info('this is not the latest run: what is right below is skipped');
      return { kind: 'success', result: undefined, decision: { kind: 'skip', reach: 'direct' } };
    case 'empty':
      return { kind: 'success', result: undefined };
  }
}

function kept({ task, context }: WorkInput, result: unknown): AttemptOutcome {
  assertXcom(task, context.mapIndex, result);
  return { kind: 'success', result };
}

async function chooseBranch(
  { choose, choices }: Work<'branch'>,
  { context, render }: WorkInput,
): Promise<AttemptOutcome> {
  const chosen = (await choose(context, await render())) ?? [];
  const names = typeof chosen === 'string' ? [chosen] : chosen;
  const unknown = names.find((name) => !choices.has(name));
  if (unknown !== undefined) {
    const message = `it chose "${unknown}"; its choices are ${[...choices.keys()].join(', ')}`;
    throw schedulerErrors.error('BRANCH_CHOICE_UNKNOWN', { message });
  }
  const taskIds = [...choices].flatMap(([name, taskId]) => (names.includes(name) ? [taskId] : []));
  context.logger.info(taskIds.length === 0 ? 'follows nothing' : `follows ${taskIds.join(', ')}`);
  return { kind: 'success', result: taskIds, decision: { kind: 'follow', taskIds } };
}

async function poke({ poke: look, policy }: Work<'sensor'>, input: WorkInput): Promise<AttemptOutcome> {
  const { context, waitingSince, clock } = input;
  const answer = await look(context, await input.render());
  // Success before timeout: a condition that came true late is still true.
  if (answer === true) return { kind: 'success', result: undefined };
  if (answer !== false && answer.isDone) return kept(input, answer.value);
  const now = clock.now();
  if (now.getTime() >= waitingSince.getTime() + policy.timeoutMs) {
    const message = `its condition did not come true within ${formatDuration(policy.timeoutMs)}`;
    throw schedulerErrors.error('SENSOR_TIMEOUT', { message });
  }
  const nextPokeAt = answer === false ? undefined : answer.nextPokeAt;
  const key = `${context.dagId}#${context.taskId}#${waitingSince.toISOString()}`;
  return { kind: 'reschedule', at: nextPokeTime(policy, { key, waitingSince, now, nextPokeAt }) };
}
