import type { Dialect } from '../dialect/macros.ts';
import { baseNames } from '../compile/base-context.ts';
import type { Value } from '../../../lib/jinja/values.ts';
import {
  exposureConfigSchema,
  modelConfigSchema,
  seedConfigSchema,
  sourceConfigSchema,
  testConfigSchema,
  unitTestConfigSchema,
} from './config-schema.ts';
import { Defects } from './defects.ts';
import { collectDocs } from './docs.ts';
import type { Environment, Target } from './environment.ts';
import { checkColumnNames, checkDoubleTests } from './double-entries.ts';
import { readExposures } from './exposures.ts';
import { checksumOf, readFiles } from './files.ts';
import type { SourceFile } from './files.ts';
import { topologicalOrder } from './graph.ts';
import { checkGroups } from './groups.ts';
import { checkHooks } from './hook-checks.ts';
import { checkProject, mustModel, placeOfCall } from './laws.ts';
import { linkModels, linkSingular, linkSources } from './link.ts';
import { yamlRenderer } from './loading.ts';
import type { Loading, PropertiesFile } from './loading.ts';
import { checkMacroCalls, projectMacros } from './macro-checks.ts';
import { collectMacros } from './macros.ts';
import type { Model, Project } from './model.ts';
import { indexEntries } from './model-entries.ts';
import { draftModel, duplicate, layers, refuseOtherModels } from './models.ts';
import type { Draft } from './models.ts';
import { readTarget } from './profile.ts';
import { readProjectFile, varsOf } from './project-file.ts';
import type { ProjectFile } from './project-file.ts';
import { warnOfPackages } from './packages.ts';
import { readProperties } from './properties.ts';
import { indexSeeds, toSeed } from './seeds.ts';
import { SettingsTree } from './settings.ts';
import type { SettingsKind } from './settings.ts';
import { draftTest, indexSingularTests } from './singular-tests.ts';
import type { SingularEntry } from './singular-tests.ts';
import { readSources } from './sources.ts';
import { readUnitTests } from './unit-tests.ts';
import { checkEntries } from './unmatched.ts';

/** How a project is loaded. */
export interface LoadOptions {
  /** Output of the profile; the profile's own choice unless said. */
  readonly target?: string | undefined;
  /** The kind of warehouse that there is, for choosing a target where none is named. */
  readonly warehouse?: Dialect | undefined;
  /** Vars of the command line, over those of dbt_project.yml. */
  readonly vars?: Readonly<Record<string, unknown>> | undefined;
  /** What env_var() reads; the process's environment unless said. */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
  /** Told of what is accepted without effect, one line each. */
  readonly onWarning?: ((message: string) => void) | undefined;
}

/**
 * Reads and checks everything under a project folder; asks no warehouse. Files whose size and time did not change since
 * the last call of this process are not read and parsed again. Defects that do not hinder each other are told together.
 */
export async function loadProject(folder: string, options: LoadOptions = {}): Promise<Project> {
  const file = await readProjectFile(folder);
  const environment = await readEnvironment(folder, file, options);
  const files = await readAll(folder, file);
  await warnOfPackages(folder, environment);
  const defects = new Defects();
  const properties = files.yaml.flatMap((each) => readProperties(each, defects) ?? []);
  const macros = collectMacros(file.settings.name, files.macros, defects);
  const docs = collectDocs(files.markdown, defects, yamlNames(environment, false));
  defects.throwIfAny();
  const signature = signatureOf(file, environment, files);
  const loading = prepare(file, { environment, macros, docs, signature }, defects);
  checkMacroCalls(loading, defects);
  const nodes = readNodes(files, properties, loading);
  defects.throwIfAny();
  return link(folder, file, files, properties, nodes, loading);
}

/** What every model depends on: the project's own settings, its target, vars and environment, its macros and docs. */
function signatureOf(file: ProjectFile, environment: Environment, files: Files): string {
  const { target, vars, env } = environment;
  const texts = [...files.macros, ...files.markdown].map((each) => `${each.file}\0${each.text}`);
  return checksumOf(JSON.stringify([file.yaml.file, file.text, target, vars, env, texts]));
}

interface Files {
  readonly models: readonly SourceFile[];
  readonly seeds: readonly SourceFile[];
  readonly tests: readonly SourceFile[];
  readonly fixtures: readonly SourceFile[];
  readonly macros: readonly SourceFile[];
  readonly yaml: readonly SourceFile[];
  readonly markdown: readonly SourceFile[];
}

const extensions = new Set(['.sql', '.yml', '.yaml', '.md', '.csv', '.py']);

async function readAll(folder: string, { settings }: ProjectFile): Promise<Files> {
  const read = async (
    key: 'model-paths' | 'seed-paths' | 'test-paths' | 'macro-paths',
  ): Promise<SourceFile[]> =>
    (await Promise.all(settings[key].map((path) => readFiles(folder, path, extensions)))).flat();
  const [models, seeds, tests, macros] = await Promise.all([
    read('model-paths'),
    read('seed-paths'),
    read('test-paths'),
    read('macro-paths'),
  ]);
  const all = [...models, ...seeds, ...tests, ...macros];
  const isSql = ({ extension }: SourceFile): boolean => extension === '.sql';
  const inFolder =
    (name: string) =>
    (each: SourceFile): boolean =>
      each.folders[0] === name;
  // Layer by layer, so that the order of independent models is that of the flow.
  const inOrder = layers.flatMap((layer) => models.filter(inFolder(layer)));
  const elsewhere = models.filter((each) => !layers.some((layer) => inFolder(layer)(each)));
  const own = tests.filter((each) => !inFolder('generic')(each) && !inFolder('fixtures')(each));
  return {
    models: [...inOrder, ...elsewhere].filter((each) => isSql(each) || each.extension === '.py'),
    seeds: seeds.filter((each) => each.extension === '.csv'),
    tests: own.filter(isSql),
    fixtures: tests.filter(inFolder('fixtures')),
    macros: [...macros.filter(isSql), ...tests.filter((each) => inFolder('generic')(each) && isSql(each))],
    yaml: all.filter((each) => each.extension === '.yml' || each.extension === '.yaml'),
    markdown: all.filter((each) => each.extension === '.md'),
  };
}

async function readEnvironment(
  folder: string,
  file: ProjectFile,
  options: LoadOptions,
): Promise<Environment> {
  const { settings } = file;
  const env = options.env ?? process.env;
  const warned = new Set<string>();
  const onWarning = (message: string): void => {
    if (!warned.has(message)) options.onWarning?.(message);
    warned.add(message);
  };
  const vars = options.vars ?? {};
  const bare = { projectName: settings.name, target: noTarget, vars, env, onWarning };
  const profile = settings.profile ?? settings.name;
  const target = await readTarget(folder, profile, options, yamlRenderer(yamlNames(bare, true)));
  return { ...bare, target, vars: varsOf(settings, vars) };
}

/** Stands in while the profile itself is read. */
const noTarget: Target = {
  name: '',
  profile: '',
  type: 'duckdb',
  schema: '',
  database: '',
  threads: 1,
  settings: {},
};

/** Names of templates in YAML files: no macros, no refs. */
function yamlNames(environment: Environment, allowSecrets: boolean): (name: string) => Value | undefined {
  const nothing = (): void => undefined;
  const names = baseNames(environment, {
    allowSecrets,
    startedAt: new Date(0),
    invocationId: 'none',
    onVolatile: nothing,
    onLog: nothing,
  });
  return (name) => names.get(name);
}

function prepare(
  { yaml, settings }: ProjectFile,
  parts: Pick<Loading, 'environment' | 'macros' | 'docs' | 'signature'>,
  defects: Defects,
): Loading {
  const render = yamlRenderer(yamlNames(parts.environment, false));
  const { onWarning } = parts.environment;
  const tree = (section: string, schema: SettingsKind['schema']): SettingsTree =>
    new SettingsTree(yaml, section, { schema, render, defects, onWarning });
  const isSaid = (section: 'data_tests' | 'unit_tests'): boolean => Object.keys(settings[section]).length > 0;
  return {
    ...parts,
    projectName: settings.name,
    defects,
    render,
    trees: {
      models: tree('models', modelConfigSchema),
      seeds: tree('seeds', seedConfigSchema),
      data_tests: tree(isSaid('data_tests') ? 'data_tests' : 'tests', testConfigSchema),
      sources: tree('sources', sourceConfigSchema),
      unit_tests: tree(isSaid('unit_tests') ? 'unit_tests' : 'unit-tests', unitTestConfigSchema),
      exposures: tree('exposures', exposureConfigSchema),
    },
  };
}

interface Nodes {
  readonly drafts: readonly Draft[];
  readonly seeds: readonly Model[];
  readonly disabled: ReadonlySet<string>;
  /** Entries of tests that are queries of their own. */
  readonly tests: ReadonlyMap<string, SingularEntry>;
}

function readNodes(files: Files, properties: readonly PropertiesFile[], loading: Loading): Nodes {
  const { defects } = loading;
  const entries = indexEntries(properties, defects);
  const seedEntries = indexSeeds(properties, defects);
  const disabled = new Set<string>();
  const drafts = new Map<string, Draft>();
  const seeds = new Map<string, Model>();
  refuseOtherModels(files.models, loading);
  for (const source of files.models.filter((each) => each.extension === '.sql')) {
    const made = draftModel(source, entries, loading);
    if (made === undefined) continue;
    if ('disabled' in made) disabled.add(made.disabled);
    else {
      const before = drafts.get(made.model.name);
      if (before !== undefined) defects.add(duplicate(made.model, before.model));
      drafts.set(made.model.name, made);
    }
  }
  for (const source of files.seeds) {
    const made = defects.try(() => toSeed(source, seedEntries.get(source.base), loading));
    if (made === undefined) continue;
    if ('disabled' in made) disabled.add(made.disabled);
    else {
      const before = seeds.get(made.name) ?? drafts.get(made.name)?.model;
      if (before !== undefined) defects.add(duplicate(made, before));
      seeds.set(made.name, made);
    }
  }
  const names = {
    models: files.models.map((each) => each.base),
    seeds: files.seeds.map((each) => each.base),
    tests: files.tests.map((each) => each.base),
  };
  const tests = indexSingularTests(properties, defects);
  checkEntries({ models: entries, seeds: seedEntries, tests, files: properties }, names, loading);
  checkColumnNames(properties, defects);
  return { drafts: [...drafts.values()], seeds: [...seeds.values()], disabled, tests };
}

/** Folders of dbt_project.yml without a node; known when all nodes are read. */
function warnOfUnused({ trees, environment }: Loading): void {
  for (const { path, at } of Object.values(trees).flatMap((tree) => tree.unusedPaths())) {
    environment.onWarning(`${at.file}:${at.line}:${at.column}: ${path} matches no node`);
  }
}

function link(
  folder: string,
  file: ProjectFile,
  files: Files,
  properties: readonly PropertiesFile[],
  nodes: Nodes,
  loading: Loading,
): Project {
  const { defects, environment, macros, docs } = loading;
  const sources = readSources(properties, loading);
  const unlinked = new Map(
    [...nodes.seeds, ...nodes.drafts.map((draft) => draft.model)].map((model) => [model.name, model]),
  );
  const targets = { models: unlinked, sources, disabled: nodes.disabled };
  const models = new Map(
    [...nodes.seeds, ...linkModels(nodes.drafts, targets, loading, defects)].map((model) => [
      model.name,
      model,
    ]),
  );
  const tests = files.tests.flatMap(
    (source) => draftTest(source, nodes.tests.get(source.base), loading) ?? [],
  );
  const fixtures = new Map(files.fixtures.map((each) => [`${each.base}${each.extension}`, each.text]));
  const parts = {
    name: file.settings.name,
    folder,
    models,
    sources: linkSources(sources, targets, loading, defects),
    tests: linkSingular(tests, targets, defects),
    unitTests: readUnitTests(properties, targets, fixtures, loading),
    exposures: readExposures(properties, targets, loading),
    macros: projectMacros(macros, properties, environment.target.type),
    vars: environment.vars,
    authoring: {
      environment,
      macros,
      docs,
    },
  };
  checkHooks(models.values(), targets, loading, defects);
  checkGroups(properties, models.values(), parts.tests, defects);
  checkDoubleTests(
    [...[...models.values(), ...parts.sources.values()].flatMap((each) => each.tests), ...parts.tests],
    defects,
  );
  warnOfUnused(loading);
  defects.throwIfAny();
  const order = topologicalOrder(
    models.keys(),
    (name) => models.get(name)?.refs ?? [],
    (name, ref) => placeOfCall(mustModel({ models }, name), 'ref', [ref]),
  );
  const project = { ...parts, order };
  checkProject(project, defects);
  defects.throwIfAny();
  return project;
}
