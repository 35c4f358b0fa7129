import { Dict, toValue } from '../../../lib/jinja/values.ts';
import type { Value } from '../../../lib/jinja/values.ts';
import type { DataTest, Exposure, Model, Project, SingularTest, SourceTable } from '../project/model.ts';

const made = new WeakMap<Project, Value>();

/** `graph`: the nodes and sources of the project, by unique id, in the shape of dbt's manifest as far as ours has it. */
export function graphOf(project: Project): Value {
  const before = made.get(project);
  if (before !== undefined) return before;
  const models = [...project.models.values()];
  const nodes = [
    ...models.map((model) => [model.uniqueId, nodeOf(project, model)] as const),
    ...models.flatMap((model) =>
      model.tests.map((test) => [test.uniqueId, dataTestOf(project, test)] as const),
    ),
    ...project.tests.map((test) => [test.uniqueId, singularTestOf(project, test)] as const),
  ];
  const exposures = project.exposures.map((each) => [each.uniqueId, exposureOf(project, each)] as const);
  const sources = [...project.sources.values()].map((source) => [source.uniqueId, sourceOf(source)] as const);
  const graph = new Dict([
    ['nodes', new Dict(nodes)],
    ['sources', new Dict(sources)],
    ['exposures', new Dict(exposures)],
    ['metrics', new Dict()],
    ['groups', new Dict()],
  ]);
  made.set(project, graph);
  return graph;
}

/** `model`: a node as templates read it. */
export function nodeOf(project: Project, model: Model): Value {
  const { config } = model;
  return toValue({
    unique_id: model.uniqueId,
    name: model.baseName,
    version: model.version ?? null,
    resource_type: model.materialization.kind === 'seed' ? 'seed' : 'model',
    package_name: project.name,
    database: project.authoring.environment.target.database,
    schema: config.schema,
    alias: config.alias,
    relation_name: `${config.schema}.${config.alias}`,
    original_file_path: model.file,
    path: model.file,
    fqn: [project.name, model.layer, model.name],
    description: model.description,
    tags: config.tags,
    meta: config.meta,
    config: {
      ...config.authored,
      materialized: config.authored['materialized'] ?? model.materialization.kind,
      enabled: true,
      schema: config.schema,
      alias: config.alias,
      tags: config.tags,
      meta: config.meta,
    },
    columns: Object.fromEntries(
      model.columns.map((column) => [
        column.name,
        {
          name: column.name,
          description: column.description,
          data_type: column.dataType ?? null,
          meta: column.meta,
          tags: column.tags,
        },
      ]),
    ),
    depends_on: {
      nodes: [
        ...model.sources.map((name) => `source.${project.name}.${name}`),
        ...model.refs.map((name) => project.models.get(name)?.uniqueId ?? name),
      ],
      macros: model.macros ?? [],
    },
    refs: model.refs.map((name) => [name]),
    sources: model.sources.map((name) => name.split('.')),
    raw_code: model.rawCode,
    language: 'sql',
  });
}

function sourceOf(source: SourceTable): Value {
  return toValue({
    unique_id: source.uniqueId,
    name: source.tableName,
    source_name: source.sourceName,
    resource_type: 'source',
    identifier: source.tableName,
    schema: source.sourceName,
    description: source.description,
    tags: source.tags,
    meta: source.meta,
    loaded_at_field: source.loadedAtField ?? null,
  });
}

function dependencies(
  project: Project,
  { refs, sources }: { readonly refs: readonly string[]; readonly sources: readonly string[] },
): Record<string, unknown> {
  const models = refs.map((name) => project.models.get(name)?.uniqueId ?? name);
  const tables = sources.map(
    (name) => project.sources.get(name)?.uniqueId ?? `source.${project.name}.${name}`,
  );
  return { depends_on: { nodes: [...tables, ...models], macros: [] } };
}

function dataTestOf(project: Project, test: DataTest): Value {
  const attached =
    test.attachedTo.kind === 'model' ? project.models.get(test.attachedTo.name)?.uniqueId : null;
  return toValue({
    unique_id: test.uniqueId,
    name: test.name,
    resource_type: 'test',
    package_name: project.name,
    original_file_path: test.file,
    column_name: test.column ?? null,
    attached_node: attached ?? null,
    test_metadata: { name: test.kind, kwargs: test.arguments },
    tags: test.config.tags,
    config: { severity: test.config.severity, tags: test.config.tags },
    ...dependencies(project, test),
  });
}

function singularTestOf(project: Project, test: SingularTest): Value {
  return toValue({
    unique_id: test.uniqueId,
    name: test.name,
    resource_type: 'test',
    package_name: project.name,
    original_file_path: test.file,
    description: test.description,
    tags: test.config.tags,
    config: { severity: test.config.severity, tags: test.config.tags },
    raw_code: test.rawCode,
    ...dependencies(project, test),
  });
}

function exposureOf(project: Project, exposure: Exposure): Value {
  return toValue({
    unique_id: exposure.uniqueId,
    name: exposure.name,
    label: exposure.label ?? null,
    resource_type: 'exposure',
    package_name: project.name,
    type: exposure.type,
    description: exposure.description,
    owner: { name: exposure.owner.name ?? null, email: exposure.owner.email ?? null },
    url: exposure.url ?? null,
    maturity: exposure.maturity ?? null,
    tags: exposure.tags,
    meta: exposure.meta,
    original_file_path: exposure.file,
    ...dependencies(project, exposure),
  });
}
