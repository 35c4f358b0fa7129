import type { TaskEdge } from './definition.ts';

/** A task of a group, as far as its ends go. */
export interface Member {
  readonly taskId: string;
  readonly isSetup?: boolean;
  readonly isTeardown?: boolean;
}

/** Tasks of a group that wait for none of the others. */
export function groupRoots(members: readonly Member[], edges: readonly TaskEdge[]): readonly string[] {
  const inside = new Set(members.map(({ taskId }) => taskId));
  const waits = (id: string): boolean => edges.some(({ from, to }) => to === id && inside.has(from));
  return [...inside].filter((id) => !waits(id));
}

/**
 * Tasks of a group that none of the others wait for. For a teardown at the end the work above it stands: what comes after
 * the group waits neither for the clearing away nor for its success.
 */
export function groupLeaves(members: readonly Member[], edges: readonly TaskEdge[]): readonly string[] {
  const inside = new Map(members.map((member) => [member.taskId, member]));
  const next = (near: 'from' | 'to', far: 'from' | 'to') => (id: string) =>
    edges.flatMap((edge) => (edge[near] === id ? (inside.get(edge[far]) ?? []) : []));
  const [below, above] = [next('from', 'to'), next('to', 'from')];
  const workAbove = (teardown: string): readonly string[] =>
    above(teardown).flatMap(({ taskId, isSetup, isTeardown }) => {
      if (isTeardown === true) return workAbove(taskId);
      const isLast = below(taskId).every((each) => each.isTeardown === true);
      return isSetup !== true && isLast ? [taskId] : [];
    });
  const leaves = members
    .filter(({ taskId }) => below(taskId).length === 0)
    .flatMap(({ taskId, isTeardown }) => (isTeardown === true ? workAbove(taskId) : [taskId]));
  return [...new Set(leaves)];
}
