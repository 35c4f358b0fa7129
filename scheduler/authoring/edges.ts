import { schedulerErrors } from '../errors.ts';
import type { TaskEdge } from './definition.ts';
import type { Dependency, EdgeLabel, TaskNode } from './task.ts';

/** Writes a word on the edge to or from a task: `a.before(label('too many', b))`, Airflow's `a >> Label() >> b`. */
export function label(text: string, of: Dependency): EdgeLabel {
  return { label: text, of };
}

type Step = Dependency | readonly Dependency[];

/** Puts tasks one after the other; two lists in a row must be of one length and are paired. */
export function chain(...steps: readonly Step[]): void {
  for (const [index, from] of steps.slice(0, -1).entries()) {
    const to = steps[index + 1] ?? [];
    if (isList(from) && isList(to)) pair(from, to);
    else crossDownstream(listOf(from), listOf(to));
  }
}

function pair(from: readonly Dependency[], to: readonly Dependency[]): void {
  if (from.length !== to.length) {
    const message = `chain() got lists of ${from.length} and ${to.length} in a row; they must be of one length`;
    throw schedulerErrors.error('DAG_ARGUMENT_INVALID', { message });
  }
  for (const [index, each] of from.entries()) crossDownstream([each], to.slice(index, index + 1));
}

/** Every task of the second list waits for every one of the first. */
export function crossDownstream(from: readonly Dependency[], to: readonly Dependency[]): void {
  for (const each of from) nodeOf(each).before(...to);
}

function nodeOf(each: Dependency): TaskNode<unknown> {
  return 'label' in each ? nodeOf(each.of) : each;
}

const isList = (step: Step): step is readonly Dependency[] => Array.isArray(step);

function listOf(step: Step): readonly Dependency[] {
  return isList(step) ? step : [step];
}

/** The methods that every task and group has; each call adds edges. */
export function createNode<Self extends Dependency>(self: () => Self, edges: TaskEdge[]): TaskNode<Self> {
  return {
    after: (...tasks) => {
      for (const each of tasks) edges.push(...edgesBetween(each, self()));
      return self();
    },
    before: (...tasks) => {
      for (const each of tasks) edges.push(...edgesBetween(self(), each));
      return self();
    },
  };
}

/** A group stands for its leaves where an edge leaves it and for its roots where one arrives, as they are now. */
function edgesBetween(from: Named, to: Named): readonly TaskEdge[] {
  const text = labelOf(from) ?? labelOf(to);
  const labelled = text === undefined ? {} : { label: text };
  return idsOf(from, 'leaves').flatMap((tail) =>
    idsOf(to, 'roots').map((head) => ({ from: tail, to: head, ...labelled })),
  );
}

// A file that no compiler has seen may name a task by its id.
type Named = Dependency | string;

function labelOf(each: Named): string | undefined {
  return typeof each !== 'string' && 'label' in each ? each.label : undefined;
}

function idsOf(each: Named, end: 'roots' | 'leaves'): readonly string[] {
  if (typeof each === 'string') return [each];
  if ('label' in each) return idsOf(each.of, end);
  return 'groupId' in each ? each[end]() : [each.taskId];
}
