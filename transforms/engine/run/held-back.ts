import type { Project } from '../project/model.ts';
import type { HeldMark, RunState } from '../warehouse/state.ts';
import { computable, isComputed } from './compute-deltas.ts';
import { heldBySources } from './hold-back.ts';

/** What is held back. A model that was removed, renamed or is stored no more is not held back: no build can mend it. */
export function heldIn(project: Project, { held }: RunState): Map<string, HeldMark> {
  return new Map([...held].filter(([model]) => isStored(project, model)));
}

/** Models that are marked as held back and that builds do not know any more: their marks go with the next one. */
export function heldNoMore(project: Project, { held }: RunState): string[] {
  return [...held.keys()].filter((model) => !isStored(project, model));
}

/** Whether a source is held and what is made from it is not marked for that yet. */
export function hasNewHold(
  project: Project,
  { held, last, sourceHolds }: RunState,
  select?: ReadonlySet<string>,
): boolean {
  if (last === undefined || sourceHolds.size === 0) return false;
  const among = new Set(computable(project, select));
  const byReason = heldBySources(project, sourceHolds, among);
  return [...byReason].some(([model, reasons]) =>
    reasons.some((reason) => held.get(model)?.reasons.includes(reason) !== true),
  );
}

function isStored(project: Project, name: string): boolean {
  const model = project.models.get(name);
  return model !== undefined && isComputed(model);
}
