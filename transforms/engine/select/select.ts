import { mustModel } from '../project/laws.ts';
import type { Project } from '../project/model.ts';

/** Model names in build order: `name`, `+name` with all it is made from, `name+` with all that is made from it. */
export function selectModels(project: Project, selectors: readonly string[]): string[] {
  if (selectors.length === 0) return [...project.order];
  const chosen = new Set<string>();
  for (const selector of selectors) {
    const { name } = mustModel(project, selector.replaceAll('+', ''));
    chosen.add(name);
    if (selector.startsWith('+')) addReached(chosen, name, (each) => mustModel(project, each).refs);
    if (selector.endsWith('+')) addReached(chosen, name, (each) => dependants(project, each));
  }
  return project.order.filter((name) => chosen.has(name));
}

function dependants(project: Project, name: string): string[] {
  return project.order.filter((each) => mustModel(project, each).refs.includes(name));
}

function addReached(chosen: Set<string>, start: string, next: (name: string) => readonly string[]): void {
  for (const name of next(start)) {
    if (chosen.has(name)) continue;
    chosen.add(name);
    addReached(chosen, name, next);
  }
}
