import { createHash } from 'node:crypto';
import type { ColumnDoc, DataTest, Model, Project, SingularTest } from '../project/model.ts';
import { nodeConfig, testConfig, testModifiers } from './node-config.ts';
import { originalPath, pathBelowRoot, qualifiedName } from './place.ts';
import { plainRecord } from './plain.ts';
import type { Resource } from './resource.ts';

/** What a manifest says beyond the project's own files. */
export interface NodeSurroundings {
  /** Where a model is read from; undefined for what is inlined. */
  readonly relation: (model: Model) => string | undefined;
  /** Seconds since 1970; equal for all entries, so that two manifests of one project are equal. */
  readonly createdAt: number;
}

/** The manifest's entry of a model or seed. */
export function modelNode(project: Project, model: Model, around: NodeSurroundings): Resource {
  const seed = model.materialization.kind === 'seed';
  const path = originalPath(project, model.file);
  const names = model.version === undefined ? [model.baseName] : [model.baseName, `v${model.version}`];
  const kind = seed ? seedParts() : modelParts(project, model);
  return {
    ...shared(project, model.uniqueId, path, around),
    resource_type: seed ? 'seed' : 'model',
    name: model.baseName,
    raw_code: seed ? '' : model.rawCode,
    path: pathBelowRoot(path),
    fqn: qualifiedName(project, model.file, ...names),
    schema: model.config.schema,
    alias: model.config.alias,
    checksum: checksumOf(model.checksum),
    config: nodeConfig(model),
    tags: [...model.config.tags],
    description: model.description,
    columns: Object.fromEntries(model.columns.map((column) => [column.name, columnEntry(column)])),
    meta: plainRecord(model.config.meta),
    group: model.config.group ?? null,
    patch_path:
      model.properties === undefined
        ? null
        : `${project.name}://${originalPath(project, model.properties.file)}`,
    unrendered_config: plainRecord(model.config.authored),
    relation_name: around.relation(model) ?? null,
    ...kind,
  };
}

function modelParts(project: Project, model: Model): Record<string, unknown> {
  return {
    ...compiledParts(project, model.refs, model.sources, model.macros ?? []),
    contract: {
      enforced: model.config.contractEnforced,
      alias_types: true,
      checksum: model.config.contractEnforced ? contractChecksum(model) : null,
    },
    access: model.config.access,
    constraints: [],
    version: model.version ?? null,
    latest_version: model.latestVersion ?? null,
    deprecation_date: null,
    primary_key: [],
    time_spine: null,
  };
}

function seedParts(): Record<string, unknown> {
  return { root_path: null, depends_on: { macros: [] } };
}

/** The manifest's entry of a generic test. */
export function dataTestNode(project: Project, test: DataTest, around: NodeSurroundings): Resource {
  const attached =
    test.attachedTo.kind === 'model' ? project.models.get(test.attachedTo.name)?.uniqueId : undefined;
  return {
    ...testParts(project, test, around),
    path: `${test.name}.sql`,
    checksum: checksumOf(undefined),
    raw_code: genericTestCode(test),
    column_name: test.column ?? null,
    file_key_name: null,
    attached_node: attached ?? null,
    test_metadata: {
      name: test.kind,
      kwargs: plainRecord({ ...test.arguments, column_name: test.column }),
      namespace: null,
    },
    ...compiledParts(project, test.refs, test.sources, testMacro(project, test)),
  };
}

/** The call dbt would have written for a generic test: changes when its settings do. */
function genericTestCode({ kind, config }: DataTest): string {
  const settings = JSON.stringify(
    plainRecord({ ...testModifiers(config), tags: config.tags, meta: config.meta }),
  );
  return `{{ test_${kind}(**_dbt_generic_test_kwargs) }}{{ config(${settings}) }}`;
}

/** The project's `{% test %}` that a generic test calls; none for the four that come with the platform. */
function testMacro(project: Project, test: DataTest): string[] {
  const id = `macro.${project.name}.test_${test.kind}`;
  return project.macros?.has(id) === true ? [id] : [];
}

/** The manifest's entry of a singular test. */
export function singularTestNode(project: Project, test: SingularTest, around: NodeSurroundings): Resource {
  return {
    ...testParts(project, test, around),
    path: pathBelowRoot(originalPath(project, test.file)),
    description: test.description,
    raw_code: test.rawCode,
    checksum: checksumOf(test.checksum),
    ...compiledParts(project, test.refs, test.sources, test.macros ?? []),
  };
}

function testParts(project: Project, test: DataTest | SingularTest, around: NodeSurroundings): Resource {
  return {
    ...shared(project, test.uniqueId, originalPath(project, test.file), around),
    resource_type: 'test',
    name: test.name,
    fqn: qualifiedName(project, test.file, test.name),
    schema: 'dbt_test__audit',
    alias: test.name,
    config: testConfig(test.config),
    tags: [...test.config.tags],
    description: '',
    columns: {},
    meta: plainRecord(test.config.meta),
    group: null,
    patch_path: null,
    unrendered_config: testModifiers(test.config),
    relation_name: null,
    contract: { enforced: false, alias_types: true, checksum: null },
  };
}

function shared(project: Project, uniqueId: string, path: string, around: NodeSurroundings) {
  return {
    unique_id: uniqueId,
    package_name: project.name,
    original_file_path: path,
    database: null,
    docs: { show: true, node_color: null },
    build_path: null,
    created_at: around.createdAt,
    raw_code: '',
    doc_blocks: [],
  };
}

function compiledParts(
  project: Project,
  refs: readonly string[],
  sources: readonly string[],
  macros: readonly string[],
) {
  return {
    language: 'sql',
    refs: refs.map((ref) => refArguments(project, ref)),
    sources: sources.map(sourceArguments),
    metrics: [],
    depends_on: { macros: [...macros], nodes: dependencies(project, refs, sources) },
    compiled_path: null,
  };
}

/** Unique ids of what a resource reads; what the project does not hold is left out. */
export function dependencies(
  project: Project,
  refs: readonly string[],
  sources: readonly string[],
): string[] {
  const ids = [
    ...refs.map((ref) => project.models.get(ref)?.uniqueId),
    ...sources.map((source) => project.sources.get(source)?.uniqueId),
  ];
  return [...new Set(ids.filter((id) => id !== undefined))];
}

/**
 * What the ref() of a model is written with: `ref` is a key of Project.models, so that a version comes apart from its
 * name.
 */
export function refArguments(project: Project, ref: string): Record<string, unknown> {
  const model = project.models.get(ref);
  return { name: model?.baseName ?? ref, package: null, version: model?.version ?? null };
}

/** `['shop', 'orders']` of `shop.orders`. */
export function sourceArguments(source: string): string[] {
  const dot = source.indexOf('.');
  return [source.slice(0, dot), source.slice(dot + 1)];
}

/** A column in dbt's words; its type and constraints as declared, nothing is asked of a warehouse. */
export function columnEntry(column: ColumnDoc): Record<string, unknown> & { description: string } {
  return {
    name: column.name,
    description: column.description,
    meta: plainRecord(column.meta),
    data_type: column.dataType ?? null,
    constraints: column.constraints.map((constraint) => ({
      type: constraint.type,
      expression: constraint.expression ?? null,
    })),
    quote: null,
    config: { meta: plainRecord(column.meta), tags: column.tags },
    tags: column.tags,
    granularity: null,
    doc_blocks: [],
  };
}

function checksumOf(sha256: string | undefined): { name: string; checksum: string } {
  return sha256 === undefined || sha256 === ''
    ? { name: 'none', checksum: '' }
    : { name: 'sha256', checksum: sha256 };
}

/** Changes with what a contract promises: names, types and constraints of the columns, in whatever order. */
function contractChecksum(model: Model): string {
  const promises = model.columns
    .map(({ name, dataType, constraints }) => JSON.stringify([name, dataType ?? null, constraints]))
    .toSorted();
  return createHash('sha256').update(promises.join('\n')).digest('hex');
}
