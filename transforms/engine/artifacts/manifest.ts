import { z } from 'zod';
import type { Model, Project } from '../project/model.ts';
import { artifactMetadata, metadataSchema } from './metadata.ts';
import type { Invocation } from './metadata.ts';
import { dataTestNode, modelNode, singularTestNode } from './nodes.ts';
import type { NodeSurroundings } from './nodes.ts';
import { macroSchema, resourceSchema } from './resource.ts';
import type { Resource } from './resource.ts';
import { exposureEntry, macroEntry, sourceEntry, unitTestEntry } from './resources.ts';

const resources = z.record(z.string(), resourceSchema);
const edges = z.record(z.string(), z.array(z.string()));

/** The part of manifest v12 that is read back; everything else is kept as it stands. */
export const manifestSchema = z.looseObject({
  metadata: metadataSchema,
  nodes: resources,
  sources: resources,
  exposures: resources.default({}),
  unit_tests: resources.default({}),
  macros: z.record(z.string(), macroSchema).default({}),
  parent_map: edges.nullish(),
  child_map: edges.nullish(),
});

export type Manifest = z.infer<typeof manifestSchema>;

/** What a manifest is made from. */
export interface ManifestInput {
  readonly project: Project;
  readonly invocation: Invocation;
  readonly adapterType: 'duckdb' | 'snowflake';
  /** Where a model is read from; undefined for what is inlined. */
  readonly relation: (model: Model) => string | undefined;
  /** Named selectors as written in selectors.yml, by name. */
  readonly selectors?: Readonly<Record<string, unknown>> | undefined;
}

/** The project's entries, keyed by unique id: what selection and state comparison look at. */
export interface ProjectResources {
  readonly nodes: Record<string, Resource>;
  readonly sources: Record<string, Resource>;
  readonly exposures: Record<string, Resource>;
  readonly unit_tests: Record<string, Resource>;
  readonly macros: Manifest['macros'];
}

/** dbt's manifest v12 of a project: no warehouse is asked, and no value of an environment is written. */
export function buildManifest(input: ManifestInput): Manifest {
  const { project, invocation } = input;
  const createdAt = invocation.generatedAt.getTime() / 1000;
  const entries = projectResources(project, { relation: input.relation, createdAt });
  const parents = parentMap(entries);
  return {
    metadata: {
      ...artifactMetadata('manifest', invocation),
      project_name: project.name,
      project_id: null,
      user_id: null,
      send_anonymous_usage_stats: false,
      adapter_type: input.adapterType,
      quoting: { database: null, schema: null, identifier: null, column: null },
    },
    ...entries,
    docs: docsOf(project),
    metrics: {},
    groups: groupsOf(project),
    selectors: input.selectors ?? {},
    disabled: {},
    parent_map: parents,
    child_map: childMap(parents),
    group_map: groupMap(project),
    saved_queries: {},
    semantic_models: {},
  };
}

/** The manifest's entries alone, in build order: sources, models, tests, exposures. */
export function projectResources(project: Project, around: NodeSurroundings): ProjectResources {
  const models = project.order
    .flatMap((name) => project.models.get(name) ?? [])
    .filter(({ config }) => config.enabled);
  const sources = [...project.sources.values()];
  const dataTests = [...models, ...sources].flatMap(({ tests }) => tests);
  return {
    sources: keyed(sources.map((source) => sourceEntry(project, source, around.createdAt))),
    nodes: keyed([
      ...models.map((model) => modelNode(project, model, around)),
      ...dataTests.map((test) => dataTestNode(project, test, around)),
      ...project.tests.map((test) => singularTestNode(project, test, around)),
    ]),
    unit_tests: keyed(project.unitTests.map((test) => unitTestEntry(project, test, around.createdAt))),
    exposures: keyed(project.exposures.map((each) => exposureEntry(project, each, around.createdAt))),
    macros: keyed(
      [...(project.macros?.values() ?? [])].map((macro) => macroEntry(project, macro, around.createdAt)),
    ),
  };
}

function keyed<Entry extends { readonly unique_id: string }>(
  entries: readonly Entry[],
): Record<string, Entry> {
  return Object.fromEntries(entries.map((entry) => [entry.unique_id, entry]));
}

function parentMap({ nodes, sources, exposures, unit_tests }: ProjectResources): Record<string, string[]> {
  const all = [nodes, sources, exposures, unit_tests].flatMap((each) => Object.values(each));
  return Object.fromEntries(all.map((each) => [each.unique_id, each.depends_on?.nodes ?? []]));
}

function childMap(parents: Readonly<Record<string, readonly string[]>>): Record<string, string[]> {
  const children: Record<string, string[]> = Object.fromEntries(Object.keys(parents).map((id) => [id, []]));
  for (const [id, above] of Object.entries(parents)) {
    for (const parent of above) children[parent]?.push(id);
  }
  return children;
}

function docsOf(project: Project): Record<string, unknown> {
  const place = { path: '', original_file_path: '', package_name: project.name, resource_type: 'doc' };
  return Object.fromEntries(
    [...project.authoring.docs].map(([name, text]) => {
      const uniqueId = `doc.${project.name}.${name}`;
      return [uniqueId, { name, unique_id: uniqueId, block_contents: text, ...place }];
    }),
  );
}

function groupMap(project: Project): Record<string, string[]> {
  const map: Record<string, string[]> = {};
  for (const { config, uniqueId } of project.models.values()) {
    if (config.group !== undefined) (map[config.group] ??= []).push(uniqueId);
  }
  return map;
}

function groupsOf(project: Project): Record<string, unknown> {
  return Object.fromEntries(
    Object.keys(groupMap(project)).map((name) => {
      const uniqueId = `group.${project.name}.${name}`;
      const place = { path: '', original_file_path: '', package_name: project.name };
      const owner = { name: null, email: null };
      return [
        uniqueId,
        {
          name,
          resource_type: 'group',
          unique_id: uniqueId,
          ...place,
          owner,
          description: null,
          config: { meta: {} },
        },
      ];
    }),
  );
}
