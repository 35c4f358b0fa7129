import { parseTemplate } from '../../lib/jinja/parse.ts';
import type { Authoring, Layer, Model, ModelConfig, Project } from '../../transforms/engine/project/model.ts';

/** A model with everything at its default but what a test is about. */
export function makeModel(
  name: string,
  change: Partial<Omit<Model, 'config'>> & { readonly config?: Partial<ModelConfig> } = {},
): Model {
  const layer = change.layer ?? 'marts';
  return {
    name,
    uniqueId: `model.shopwave.${name}`,
    baseName: name,
    version: undefined,
    layer,
    file: `transforms/models/${layer}/${name}.sql`,
    properties: undefined,
    description: '',
    materialization: { kind: 'table', uniqueKey: undefined },
    columns: [],
    tests: [],
    template: parseTemplate('', ''),
    rawCode: '',
    callsTouched: false,
    checksum: '',
    refs: [],
    sources: [],
    ...change,
    config: { ...defaultConfig(name, layer), ...change.config },
  };
}

function defaultConfig(name: string, layer: Layer): ModelConfig {
  return {
    enabled: true,
    schema: layer,
    alias: name,
    tags: [],
    meta: {},
    group: undefined,
    access: 'protected',
    onSchemaChange: 'fail',
    contractEnforced: false,
    eventTime: undefined,
    fullRefresh: undefined,
    preHook: [],
    postHook: [],
    grants: {},
    queryTag: undefined,
    authored: {},
  };
}

/** A project of these models, in the order given. */
export function makeProject(models: readonly Model[], change: Partial<Project> = {}): Project {
  return {
    name: 'shopwave',
    folder: 'transforms',
    models: new Map(models.map((model) => [model.name, model])),
    sources: new Map(),
    tests: [],
    unitTests: [],
    exposures: [],
    order: models.map((model) => model.name),
    vars: {},
    authoring: bareAuthoring,
    ...change,
  };
}

/** No macros, no vars, the DuckDB target. */
const bareAuthoring: Authoring = {
  environment: {
    projectName: 'shopwave',
    target: {
      name: 'local',
      profile: 'shopwave',
      type: 'duckdb',
      schema: 'main',
      database: 'shopwave',
      threads: 4,
      settings: {},
    },
    vars: {},
    env: {},
    onWarning: () => undefined,
  },
  macros: new Map(),
  docs: new Map(),
};
