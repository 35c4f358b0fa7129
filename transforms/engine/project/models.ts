import { formatLocation } from '../../../lib/jinja/location.ts';
import type { Location } from '../../../lib/jinja/location.ts';
import { parseTemplate } from '../../../lib/jinja/parse.ts';
import type { Template } from '../../../lib/jinja/ast.ts';
import { transformErrors } from '../errors.ts';
import { modelConfigSchema } from './config-schema.ts';
import { toColumns } from './columns.ts';
import { readTests } from './data-tests.ts';
import { describe } from './docs.ts';
import { discover } from './discover.ts';
import type { Discovery } from './discover.ts';
import { checksumOf } from './files.ts';
import type { SourceFile } from './files.ts';
import type { Loading } from './loading.ts';
import { toMaterialization } from './materialization.ts';
import type { Layer, Materialization, Model } from './model.ts';
import { toModelConfig } from './model-config.ts';
import type { ModelEntry } from './model-entries.ts';
import { mergeSettings, readSettings, unsupported } from './settings.ts';
import type { Authored } from './settings.ts';
import { placesAt, placesIn } from './validate.ts';

/** A model before its refs are resolved. */
export interface Draft {
  readonly model: Model;
  readonly discovery: Discovery;
}

/** Folders of models in the order of the flow. */
export const layers: readonly Layer[] = ['staging', 'intermediate', 'marts'];

type Drafted = Draft | { readonly disabled: string } | undefined;

/** Drafts without a defect, for as long as their files are the same. */
const drafted = new WeakMap<
  SourceFile,
  { readonly properties: unknown; readonly signature: string; readonly result: Drafted }
>();

/** The model of one SQL file; undefined where it has a defect. What did not change since the last load is kept. */
export function draftModel(
  source: SourceFile,
  entries: ReadonlyMap<string, ModelEntry>,
  loading: Loading,
): Drafted {
  const { defects, signature } = loading;
  const entry = entries.get(source.base);
  const before = drafted.get(source);
  if (
    before !== undefined &&
    before.properties === entry?.file.properties &&
    before.signature === signature
  ) {
    // Settings by folder count as used, else they would be said to match no node.
    if (entry !== undefined) loading.trees.models.levelsOf(fqnOf(source, entry, loading));
    return before.result;
  }
  const found = defects.count;
  const result = defects.try(() => draftAnew(source, entry, loading));
  if (defects.count === found) drafted.set(source, { properties: entry?.file.properties, signature, result });
  return result;
}

function fqnOf(source: SourceFile, entry: ModelEntry, { projectName }: Loading): string[] {
  return [projectName, ...source.folders, entry.baseName];
}

function draftAnew(source: SourceFile, entry: ModelEntry | undefined, loading: Loading): Drafted {
  const layer = mustLayer(source);
  if (entry === undefined) throw withoutEntry(source);
  const template = parseTemplate(source.text, source.file);
  refuseDefinitions(template);
  return draft(source, layer, entry, template, loading);
}

function draft(
  source: SourceFile,
  layer: Layer,
  entry: ModelEntry,
  template: Template,
  loading: Loading,
): Drafted {
  const { environment, macros, trees, render, defects } = loading;
  const kind = { schema: modelConfigSchema, render, defects, onWarning: environment.onWarning };
  const fqn = fqnOf(source, entry, loading);
  const outer = [
    ...trees.models.levelsOf(fqn),
    ...entry.settings.map(({ values, path }) =>
      readSettings(values, placesIn(entry.file.yaml, path, entry.key), kind),
    ),
  ];
  const before = mergeSettings(outer);
  if (before['enabled'] === false) return { disabled: entry.key };
  const discovery = discover(
    template,
    { environment, macros },
    { settings: before, self: { schema: layer, identifier: entry.baseName } },
  );
  const inFile = discovery.configs.map(({ values, at }) =>
    readSettings(values, placesAt(at, entry.key), kind),
  );
  const settings = mergeSettings([...outer, ...inFile]);
  if (settings['enabled'] === false) return { disabled: entry.key };
  const at = discovery.configs.at(-1)?.at ?? entry.file.yaml.at(entry.settings.at(-1)?.path ?? entry.path);
  const materialization = toMaterialization(entry.key, layer, settings, at, defects, entry.columns);
  if (materialization === undefined) return undefined;
  return {
    model: toModel(source, layer, entry, template, settings, materialization, discovery, loading),
    discovery,
  };
}

function toModel(
  source: SourceFile,
  layer: Layer,
  entry: ModelEntry,
  template: Template,
  settings: Authored,
  materialization: Materialization,
  discovery: Discovery,
  loading: Loading,
): Model {
  const { file, baseName, version, key } = entry;
  const target = {
    attachedTo: { kind: 'model' as const, name: key },
    named: version === undefined ? baseName : `${baseName}_v${version}`,
    written: version === undefined ? `ref('${baseName}')` : `ref('${baseName}', version='${version}')`,
    column: undefined,
    fqn: [loading.projectName, ...source.folders, baseName],
  };
  const tests = entry.tests.flatMap(({ list, path, column }) =>
    readTests(list, path, { ...target, column }, file, loading),
  );
  return {
    name: key,
    uniqueId: `model.${loading.projectName}.${key}`,
    baseName,
    version,
    latestVersion: entry.latestVersion,
    macros: discovery.macros,
    layer,
    file: source.file,
    properties: { file: file.yaml.file, line: file.yaml.at(entry.path).line },
    description: describe(
      entry.description,
      () => file.yaml.at([...entry.path, 'description']),
      loading.docs,
      loading.defects,
    ),
    materialization,
    config: toModelConfig(
      {
        baseName,
        version,
        layer,
        group: entry.group,
        access: entry.access,
        uniqueId: `model.${loading.projectName}.${key}`,
        file: source.file,
        folders: source.folders,
      },
      settings,
      loading,
    ),
    columns: toColumns(entry.columns, file, loading),
    tests,
    template,
    rawCode: source.text,
    callsTouched: discovery.callsTouched,
    checksum: checksumOf(source.text),
    refs: [],
    sources: [...new Set(discovery.sources.map((each) => each.name))],
  };
}

function mustLayer({ folders, file }: SourceFile): Layer {
  const layer = layers.find((each) => each === folders[0]);
  if (layer !== undefined) return layer;
  throw transformErrors.error('TRANSFORM_LAYER_VIOLATION', {
    message: `${file} lies in none of the layers ${layers.join(', ')}`,
    where: `${file}:1:1`,
    remedy:
      'Move it into the folder of its layer: the layer decides its schema, its grants and what it may read.',
  });
}

function withoutEntry({ base, file }: SourceFile): Error {
  return transformErrors.error('TRANSFORM_PROPERTIES_INVALID', {
    message: `model ${base} has no entry in a YAML file of its folder`,
    where: `${file}:1:1`,
    remedy: 'Add it under models: with a description and its config.',
  });
}

const instead: Readonly<Record<string, string>> = {
  snapshot: 'write a model with materialized: scd2, which is built from the change log and loses no version',
  materialization: 'materializations are built in; see the config of models',
  test: 'put {% test %} blocks into a file under tests/generic/',
  docs: 'put {% docs %} blocks into a .md file',
};

function refuseDefinitions(template: Template): void {
  for (const { kind, name, at } of template.macros) {
    const better = instead[kind];
    if (better !== undefined)
      throw unsupported(`{% ${kind} ${name} %} does not belong into a model: ${better}`, better, at);
  }
}

/** Files that dbt would take for models and this engine cannot run. */
export function refuseOtherModels(files: readonly SourceFile[], loading: Pick<Loading, 'defects'>): void {
  for (const { file, extension } of files) {
    if (extension !== '.py') continue;
    const at: Location = { file, line: 1, column: 1 };
    const better = 'write the model in SQL; what SQL cannot do belongs into an extract or a DAG task';
    loading.defects.add(unsupported(`Python models are not supported: ${better}`, better, at));
  }
}

/** Two files of one name. */
export function duplicate(model: Model, other: Model): ReturnType<typeof transformErrors.error> {
  return transformErrors.error('TRANSFORM_DUPLICATE_NAME', {
    message: `there is another model ${model.name}: ${other.file}`,
    where: formatLocation({ file: model.file, line: 1, column: 1 }),
  });
}
