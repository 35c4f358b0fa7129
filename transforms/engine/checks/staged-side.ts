import { mustModel, storedInputs } from '../project/laws.ts';
import type { Project } from '../project/model.ts';
import type { Check } from './check.ts';

/** Whether what stands in staging now is what a name of the project shows: staging itself, or what reads it each time. */
export function showsStaging(project: Project, name: string): boolean {
  const model = project.models.get(name);
  if (model === undefined) return false;
  const { kind } = model.materialization;
  if (kind !== 'ephemeral' && kind !== 'view') return model.layer === 'staging';
  return storedInputs(project, name).some((input) => mustModel(project, input).layer === 'staging');
}

/** Whether a check holds a mart against staging: it means something only where the mart has read what is staged. */
export function comparesWithStaging(
  project: Project,
  { model, refs }: Pick<Check, 'model' | 'refs'>,
): boolean {
  return [model, ...refs].some((name) => showsStaging(project, name));
}
