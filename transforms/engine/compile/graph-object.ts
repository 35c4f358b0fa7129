import { Dict, toValue } from '../jinja/values.ts';
import type { Value } from '../jinja/values.ts';
import type { Model, Project, SourceTable } from '../project/model.ts';

const made = new WeakMap<Project, Value>();

/** `graph`: the nodes and sources of the project, by unique id, in the shape of dbt's manifest as far as ours has it. */
export function graphOf(project: Project): Value {
  const before = made.get(project);
  if (before !== undefined) return before;
  const nodes = [...project.models.values()].map(
    (model) => [model.uniqueId, nodeOf(project, model)] as const,
  );
  const sources = [...project.sources.values()].map((source) => [source.uniqueId, sourceOf(source)] as const);
  const graph = new Dict([
    ['nodes', new Dict(nodes)],
    ['sources', new Dict(sources)],
    ['exposures', new Dict()],
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
