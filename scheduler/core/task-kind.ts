import type { AnyTask } from '../authoring/definition.ts';

/** Whether a task may decide that tasks below it are skipped. */
export function decides({ work }: AnyTask): boolean {
  return work.kind === 'branch' || work.kind === 'short_circuit' || work.kind === 'latest_only';
}

/** An empty task that nobody waits to hear of takes no slot and no attempt. */
export function isDoneAtOnce(task: AnyTask | undefined): boolean {
  return task?.work.kind === 'empty' && task.outlets.length === 0;
}
