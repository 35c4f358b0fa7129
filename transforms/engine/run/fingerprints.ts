import { fingerprint } from '../compile/compile.ts';
import type { EngineContext } from '../context.ts';
import type { Project } from '../project/model.ts';

/** Rendering a model costs more than planning it, and a project does not change once it is loaded. */
const known = new WeakMap<Project, Map<string, string>>();

export function fingerprintOf({ project, warehouse }: EngineContext, model: string): string {
  const cached = known.get(project) ?? new Map<string, string>();
  known.set(project, cached);
  const found = cached.get(model) ?? fingerprint(project, model, warehouse.capabilities.dialect);
  cached.set(model, found);
  return found;
}
