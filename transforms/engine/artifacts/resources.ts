import { createHash } from 'node:crypto';
import type { Exposure, Fixture, Project, ProjectMacro, SourceTable, UnitTest } from '../project/model.ts';
import { columnEntry, dependencies, refArguments, sourceArguments } from './nodes.ts';
import { originalPath, pathBelowRoot, qualifiedName } from './place.ts';
import { plainRecord, plainValue } from './plain.ts';
import type { MacroEntry, Resource } from './resource.ts';

/** The manifest's entry of a raw table. */
export function sourceEntry(project: Project, source: SourceTable, createdAt: number): Resource {
  const path = originalPath(project, source.file);
  const freshness = freshnessEntry(source);
  return {
    unique_id: source.uniqueId,
    name: source.tableName,
    resource_type: 'source',
    package_name: project.name,
    path,
    original_file_path: path,
    fqn: qualifiedName(project, source.file, source.sourceName, source.tableName),
    database: null,
    schema: source.sourceName,
    source_name: source.sourceName,
    source_description: '',
    loader: '',
    identifier: source.tableName,
    quoting: { database: null, schema: null, identifier: null, column: null },
    loaded_at_field: source.loadedAtField ?? null,
    loaded_at_query: source.loadedAtQuery ?? null,
    freshness,
    external: null,
    description: source.description,
    columns: Object.fromEntries(source.columns.map((column) => [column.name, columnEntry(column)])),
    meta: plainRecord(source.meta),
    source_meta: {},
    tags: [...source.tags],
    config: { enabled: true, tags: source.tags, meta: plainRecord(source.meta), freshness },
    patch_path: null,
    unrendered_config: {
      loaded_at_field: source.loadedAtField ?? null,
      loaded_at_query: source.loadedAtQuery ?? null,
      tags: source.tags,
      meta: plainRecord(source.meta),
    },
    relation_name: null,
    created_at: createdAt,
    doc_blocks: [],
  };
}

function freshnessEntry({ freshness }: SourceTable): Record<string, unknown> | null {
  if (freshness === undefined) return null;
  const never = { count: null, period: null };
  return {
    warn_after: freshness.warnAfter ?? never,
    error_after: freshness.errorAfter ?? never,
    filter: freshness.filter ?? null,
  };
}

/** The manifest's entry of an exposure. */
export function exposureEntry(project: Project, exposure: Exposure, createdAt: number): Resource {
  const path = originalPath(project, exposure.file);
  return {
    unique_id: exposure.uniqueId,
    name: exposure.name,
    resource_type: 'exposure',
    package_name: project.name,
    path: pathBelowRoot(path),
    original_file_path: path,
    fqn: qualifiedName(project, exposure.file, exposure.name),
    type: exposure.type,
    owner: { name: exposure.owner.name ?? null, email: exposure.owner.email ?? null },
    description: exposure.description,
    label: exposure.label ?? null,
    maturity: exposure.maturity ?? null,
    meta: plainRecord(exposure.meta),
    tags: [...exposure.tags],
    config: { enabled: true, tags: exposure.tags, meta: plainRecord(exposure.meta) },
    unrendered_config: { tags: exposure.tags, meta: plainRecord(exposure.meta) },
    url: exposure.url ?? null,
    depends_on: { macros: [], nodes: dependencies(project, exposure.refs, exposure.sources) },
    refs: exposure.refs.map((ref) => refArguments(project, ref)),
    sources: exposure.sources.map(sourceArguments),
    metrics: [],
    created_at: createdAt,
  };
}

/** The manifest's entry of a unit test. Values of overridden environment variables are left out. */
export function unitTestEntry(project: Project, test: UnitTest, createdAt: number): Resource {
  const model = project.models.get(test.model);
  const name = model?.baseName ?? test.model;
  const path = originalPath(project, test.file);
  const { macros, vars, envVars } = test.overrides;
  const hidden = Object.fromEntries(Object.keys(envVars).map((key) => [key, '*****']));
  return {
    unique_id: test.uniqueId,
    name: test.name,
    resource_type: 'unit_test',
    package_name: project.name,
    path: pathBelowRoot(path),
    original_file_path: path,
    fqn: qualifiedName(project, test.file, name, test.name),
    model: name,
    given: test.given.map(({ input, fixture }) => ({
      input: inputText(project, input),
      ...fixtureEntry(fixture),
    })),
    expect: fixtureEntry(test.expect),
    description: test.description,
    overrides: { macros: plainRecord(macros), vars: plainRecord(vars), env_vars: hidden },
    depends_on: { macros: [], nodes: dependencies(project, [test.model], []) },
    config: { tags: test.tags, meta: {}, enabled: true },
    checksum: unitTestChecksum(test),
    schema: null,
    created_at: createdAt,
    versions: null,
    version: model?.version ?? null,
  };
}

function inputText(project: Project, input: UnitTest['given'][number]['input']): string {
  if (input.kind === 'this') return 'this';
  if (input.kind === 'source') return `source('${sourceArguments(input.name).join("', '")}')`;
  const model = project.models.get(input.name);
  const version = model?.version === undefined ? '' : `, v=${model.version}`;
  return `ref('${model?.baseName ?? input.name}'${version})`;
}

function fixtureEntry(fixture: Fixture): Record<string, unknown> {
  const rows = fixture.format === 'dict' ? fixture.rows.map(plainRecord) : fixture.text;
  return { rows, format: fixture.format, fixture: null };
}

function unitTestChecksum({ model, given, expect, overrides }: UnitTest): string {
  return createHash('sha256')
    .update(JSON.stringify(plainValue([model, given, expect, overrides])))
    .digest('hex');
}

/** The manifest's entry of a macro. */
export function macroEntry(project: Project, macro: ProjectMacro, createdAt: number): MacroEntry {
  const path = originalPath(project, macro.file);
  return {
    unique_id: macro.uniqueId,
    name: macro.name,
    resource_type: 'macro',
    package_name: project.name,
    path,
    original_file_path: path,
    macro_sql: macro.text,
    depends_on: { macros: [...macro.macros] },
    description: macro.description,
    meta: {},
    docs: { show: true, node_color: null },
    patch_path: null,
    arguments: [],
    created_at: createdAt,
    supported_languages: null,
  };
}
