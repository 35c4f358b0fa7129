import { findCalls } from './discover.ts';
import { transformErrors } from '../errors.ts';
import { nearest } from './graph.ts';
import { keyingOf } from './model.ts';
import type { Model, Project, SingularTest } from './model.ts';
import { formatLocation } from '../template/location.ts';

/** Every ref and source exists; the error stands at the call and names the nearest one. */
export function mustKnowRefs(
  models: ReadonlyMap<string, Model>,
  tests: readonly SingularTest[],
  sources: ReadonlySet<string>,
): void {
  for (const { template } of [...models.values(), ...tests]) {
    for (const call of findCalls(template)) {
      const known = call.name === 'ref' ? models : call.name === 'source' ? sources : undefined;
      const name = call.args.join('.');
      if (known === undefined || known.has(name)) continue;
      const near = nearest(name, known.keys());
      throw transformErrors.error('TRANSFORM_UNKNOWN_REF', {
        message: `${call.name}('${name}') does not exist${near === undefined ? '' : `; did you mean ${near}?`}`,
        where: formatLocation(call.at),
      });
    }
  }
}

/** Inputs of a model that live in the warehouse: ephemeral models are looked through. */
export function storedInputs(project: Project, name: string): string[] {
  return inputsThrough(project, name, ({ materialization: { kind } }) => kind === 'ephemeral');
}

/** Inputs of a model that hold rows, and so have a change feed: views are looked through, too. */
export function rowInputs(project: Project, name: string): string[] {
  return inputsThrough(project, name, ({ materialization: { kind } }) => kind === 'ephemeral' || kind === 'view');
}

function inputsThrough(project: Project, name: string, isTransparent: (model: Model) => boolean): string[] {
  const found = new Set<string>();
  const visit = (each: string): void => {
    for (const ref of mustModel(project, each).refs) {
      if (isTransparent(mustModel(project, ref))) visit(ref);
      else found.add(ref);
    }
  };
  visit(name);
  return [...found];
}

/** The model of that name; only for names that were checked. */
export function mustModel(project: Pick<Project, 'models'>, name: string): Model {
  const model = project.models.get(name);
  if (model === undefined) {
    const near = nearest(name, project.models.keys());
    throw transformErrors.error('TRANSFORM_UNKNOWN_REF', {
      message: `there is no model ${name}${near === undefined ? '' : `; did you mean ${near}?`}`,
    });
  }
  return model;
}

/** The laws of the layers and of keyed models. What breaks one does not compile. */
export function checkProject(project: Project): void {
  for (const model of project.models.values()) {
    checkLayer(project, model);
    if (keyingOf(model) !== undefined) checkKeyed(project, model);
  }
}

function checkLayer(project: Project, model: Model): void {
  const violation = (message: string): Error =>
    transformErrors.error('TRANSFORM_LAYER_VIOLATION', { message, where: model.file });
  if (model.layer !== 'staging' && model.sources.length > 0) {
    throw violation(`${model.layer} model ${model.name} reads the source ${model.sources[0]}`);
  }
  if (model.layer === 'staging' && model.refs.length > 0) {
    throw violation(
      `staging model ${model.name} refers to ${model.refs[0]}; staging reads one source and nothing else`,
    );
  }
  const marts = model.refs.find((ref) => mustModel(project, ref).layer === 'marts');
  if (model.layer === 'intermediate' && marts !== undefined) {
    throw violation(`intermediate model ${model.name} refers to the mart ${marts}`);
  }
}

function checkKeyed(project: Project, model: Model): void {
  const keying = keyingOf(model);
  if (keying === undefined) return;
  const { touchedBy } = keying;
  const inputs = rowInputs(project, model.name);
  const missing = inputs.find((input) => touchedBy[input] === undefined);
  if (missing !== undefined) {
    throw transformErrors.error('TRANSFORM_MISSING_MAPPING', {
      message: `${model.name} reads ${missing} but does not say how its changed rows map to ${keying.touchKey}`,
      where: model.file,
    });
  }
  const unknown = Object.keys(touchedBy).find((input) => !inputs.includes(input));
  if (unknown !== undefined) {
    throw transformErrors.error('TRANSFORM_MISSING_MAPPING', {
      message: `${model.name} maps changed rows of ${unknown}, which it does not read`,
      where: model.file,
      remedy: 'Remove the entry from meta.touched_by, or refer to the model.',
    });
  }
  if (!callsTouched(project, model.name)) {
    throw transformErrors.error('TRANSFORM_NOT_KEYED', {
      message: `${model.name} never calls touched()`,
      where: model.file,
    });
  }
}

function callsTouched(project: Project, name: string): boolean {
  const model = mustModel(project, name);
  if (findCalls(model.template).some((call) => call.name === 'touched')) return true;
  return model.refs.some(
    (ref) => mustModel(project, ref).materialization.kind === 'ephemeral' && callsTouched(project, ref),
  );
}
