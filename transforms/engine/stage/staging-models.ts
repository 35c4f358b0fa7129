import type { EngineContext } from '../context.ts';
import { transformErrors } from '../errors.ts';
import type { Model } from '../project/model.ts';
import { fingerprintOf } from '../warehouse/fingerprints.ts';
import type { ModelState } from '../warehouse/state.ts';

export function stagingModels({ project }: EngineContext): Model[] {
  return [...project.models.values()].filter((model) => model.layer === 'staging');
}

export function isOutdated(
  context: EngineContext,
  states: ReadonlyMap<string, ModelState>,
  model: Model,
): boolean {
  return states.get(model.name)?.fingerprint !== fingerprintOf(context, model.name);
}

/** How a staging model's rows are told apart: by key, or by key and place in the log. */
export function keyingOfStaged({ name, file, materialization }: Model): {
  readonly key: string;
  readonly isHistory: boolean;
} {
  if (materialization.kind === 'latest' || materialization.kind === 'history') {
    return { key: materialization.uniqueKey, isHistory: materialization.kind === 'history' };
  }
  throw transformErrors.error('TRANSFORM_LAYER_VIOLATION', {
    message: `staging model ${name} must be materialized as latest or history`,
    where: file,
  });
}
