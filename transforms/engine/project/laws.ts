import { findCalls } from '../../../lib/jinja/discover.ts';
import { formatLocation } from '../../../lib/jinja/location.ts';
import { transformErrors } from '../errors.ts';
import type { Defects } from './defects.ts';
import { nearest } from '../../../lib/edit-distance.ts';
import { keyingOf } from './model.ts';
import type { Model, Project } from './model.ts';
import { checkRelations, placeOfEntry } from './relation-laws.ts';

/** Inputs of a model that live in the warehouse: ephemeral models are looked through. */
export function storedInputs(project: Project, name: string): string[] {
  return inputsThrough(project, name, ({ materialization: { kind } }) => kind === 'ephemeral');
}

/** Inputs of a model that hold rows, and so have a change feed: views are looked through, too. */
export function rowInputs(project: Project, name: string): string[] {
  return inputsThrough(
    project,
    name,
    ({ materialization: { kind } }) => kind === 'ephemeral' || kind === 'view',
  );
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

/**
 * The laws of layers, groups, contracts, keyed models and relations, each breach at its place. What breaks one does not
 * compile.
 */
export function checkProject(project: Project, defects: Defects): void {
  for (const model of project.models.values()) {
    const laws = [checkSources, checkLayer, checkAccess, checkContract, checkKeyed];
    for (const law of laws) defects.try(() => law(project, model));
  }
  checkRelations(project, defects);
}

type Law = (project: Project, model: Model) => void;

const checkSources: Law = (_, model) => {
  const [source] = model.sources;
  if (model.layer === 'staging' || source === undefined) return;
  const at = placeOfCall(model, 'source', source.split('.'));
  throw violation(`${model.layer} model ${model.name} reads the source ${source}`, at);
};

const checkLayer: Law = (project, model) => {
  const [first] = model.refs;
  if (model.layer === 'staging' && first !== undefined) {
    const message = `staging model ${model.name} refers to ${first}; staging reads one source and nothing else`;
    throw violation(message, placeOfCall(model, 'ref', [first]));
  }
  const marts = model.refs.find((ref) => mustModel(project, ref).layer === 'marts');
  if (model.layer === 'intermediate' && marts !== undefined) {
    const message = `intermediate model ${model.name} refers to the mart ${marts}`;
    throw violation(message, placeOfCall(model, 'ref', [marts]));
  }
  const inferredFrom = new Set(inferringRefs(model));
  const staging = model.refs.find(
    (ref) => mustModel(project, ref).layer === 'staging' && (!inferredFrom.has(ref) || callsRef(model, ref)),
  );
  if (model.layer === 'marts' && staging !== undefined) {
    const message = `mart ${model.name} refers to the staging model ${staging}; marts read intermediate models and marts`;
    throw violation(message, placeOfCall(model, 'ref', [staging]));
  }
};

/** Where a dimension looks for keys that facts name: a part of its settings as mappings are, not of what it selects. */
function inferringRefs({ materialization }: Model): string[] {
  return materialization.kind === 'scd2' ? materialization.scd2.inferredFrom.map(({ ref }) => ref) : [];
}

function callsRef(model: Model, ref: string): boolean {
  return findCalls(model.template).some(({ name, positional }) => name === 'ref' && positional.includes(ref));
}

const checkAccess: Law = (project, model) => {
  const isForeign = (target: Model): boolean =>
    target.config.access === 'private' && target.config.group !== model.config.group;
  const ref = model.refs.find((each) => isForeign(mustModel(project, each)));
  if (ref === undefined) return;
  const group = mustModel(project, ref).config.group ?? 'no group';
  throw transformErrors.error('TRANSFORM_LAYER_VIOLATION', {
    message: `${model.name} refers to ${ref}, which is private to ${group}`,
    where: placeOfCall(model, 'ref', [ref]),
    remedy: 'Put both into one group, or make the model protected.',
  });
};

const checkContract: Law = (_, model) => {
  if (!model.config.contractEnforced) return;
  const untyped = model.columns.find((column) => column.dataType === undefined);
  if (untyped === undefined) return;
  const { properties } = model;
  throw transformErrors.error('TRANSFORM_PROPERTIES_INVALID', {
    message: `${model.name} has a contract, and its column ${untyped.name} has no data_type`,
    where:
      properties === undefined || untyped.line === undefined
        ? placeOfEntry(model)
        : `${properties.file}:${untyped.line}:1`,
    remedy: 'Add data_type: to the column, or take contract: away.',
  });
};

const checkKeyed: Law = (project, model) => {
  const keying = keyingOf(model);
  if (keying === undefined) return;
  const inputs = rowInputs(project, model.name);
  const missing = inputs.find((input) => !Object.hasOwn(keying.touchedBy, input));
  if (missing !== undefined) {
    throw transformErrors.error('TRANSFORM_MISSING_MAPPING', {
      message: `${model.name} reads ${missing} but does not say how its changed rows map to ${keying.touchKey}`,
      where: placeOfCall(model, 'ref', [missing]),
    });
  }
  const unknown = Object.keys(keying.touchedBy).find((input) => !inputs.includes(input));
  if (unknown !== undefined) {
    const near = nearest(unknown, inputs);
    throw transformErrors.error('TRANSFORM_MISSING_MAPPING', {
      message: `${model.name} maps changed rows of ${unknown}, which it does not read${near === undefined ? '' : `; did you mean ${near}?`}`,
      where: placeOfEntry(model),
      remedy: 'Remove the entry from meta.touched_by, or refer to the model.',
    });
  }
  if (callsTouched(project, model.name)) return;
  throw transformErrors.error('TRANSFORM_NOT_KEYED', {
    message: `${model.name} never calls touched()`,
    where: `${model.file}:1:1`,
  });
};

function callsTouched(project: Project, name: string): boolean {
  const model = mustModel(project, name);
  const isInlined = (ref: string): boolean => mustModel(project, ref).materialization.kind === 'ephemeral';
  return model.callsTouched || model.refs.some((ref) => isInlined(ref) && callsTouched(project, ref));
}

function violation(message: string, where: string): Error {
  return transformErrors.error('TRANSFORM_LAYER_VIOLATION', { message, where });
}

/** Where a model's file calls a function with these texts; its first line where a macro does it for the file. */
export function placeOfCall(model: Model, name: string, texts: readonly string[]): string {
  const call = findCalls(model.template).find(
    (each) => each.name === name && texts.every((text) => each.positional.includes(text)),
  );
  return call === undefined ? `${model.file}:1:1` : formatLocation(call.at);
}
