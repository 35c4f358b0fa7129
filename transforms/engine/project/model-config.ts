import { Callable, toValue } from '../../../lib/jinja/values.ts';
import type { Value } from '../../../lib/jinja/values.ts';
import { shownText } from '../../../lib/jinja/host.ts';
import { parseContext } from './discover.ts';
import type { Known } from './discover.ts';
import type { AuthoredModelConfig } from './config-schema.ts';
import type { Layer, ModelConfig } from './model.ts';
import type { Authored } from './settings.ts';

/** What the settings belong to. */
export interface NamedNode {
  readonly baseName: string;
  readonly version: string | undefined;
  readonly layer: Layer;
  readonly group: string | undefined;
  readonly access: ModelConfig['access'] | undefined;
  readonly uniqueId: string;
  /** Path of its file, and the folders below the models' that it lies in. */
  readonly file: string;
  readonly folders: readonly string[];
}

/** The settings of a model or seed as the engine reads them. Checked before, place by place. */
export function toModelConfig(node: NamedNode, settings: Authored, known: Known): ModelConfig {
  // Every level of these settings went through the schema.
  const given = settings as AuthoredModelConfig;
  const schema = schemaName(node, settings, known);
  if (known.macros.has('generate_database_name')) {
    known.environment.onWarning(
      `generate_database_name is not asked: every relation lives in the database ${known.environment.target.database}`,
    );
  }
  return {
    enabled: given.enabled ?? true,
    schema,
    alias: aliasName(node, settings, known),
    tags: given.tags ?? [],
    meta: given.meta ?? {},
    group: given.group ?? node.group,
    access: given.access ?? node.access ?? 'protected',
    onSchemaChange: given.on_schema_change ?? (node.layer === 'marts' ? 'fail' : 'ignore'),
    contractEnforced: given.contract?.enforced ?? false,
    eventTime: given.event_time ?? undefined,
    fullRefresh: given.full_refresh ?? undefined,
    preHook: hookTexts(given.pre_hook),
    postHook: hookTexts(given.post_hook),
    grants: given.grants ?? {},
    queryTag: given.query_tag ?? undefined,
    authored: settings,
  };
}

function hookTexts(hooks: AuthoredModelConfig['pre_hook']): string[] {
  return (hooks ?? []).map((hook) => (typeof hook === 'string' ? hook : hook.sql));
}

/**
 * Layers are schemas: a model lives in the schema of its layer, one with a schema of its own in `<layer>_<schema>`. A
 * macro generate_schema_name(custom_schema_name, node) of the project decides otherwise.
 */
function schemaName(node: NamedNode, settings: Authored, known: Known): string {
  const custom = (settings as AuthoredModelConfig).schema ?? undefined;
  const overridden = generated('generate_schema_name', node, custom, settings, known);
  if (overridden !== undefined) return overridden;
  return custom === undefined || custom === node.layer ? node.layer : `${node.layer}_${custom.trim()}`;
}

/** The alias set, else the model's name, with `_v<n>` for a version; or what generate_alias_name says. */
function aliasName(node: NamedNode, settings: Authored, known: Known): string {
  const custom = (settings as AuthoredModelConfig).alias ?? undefined;
  const overridden = generated('generate_alias_name', node, custom, settings, known);
  if (overridden !== undefined) return overridden;
  if (custom !== undefined) return custom.trim();
  return node.version === undefined
    ? node.baseName
    : `${node.baseName}_v${node.version.replaceAll('.', '_')}`;
}

function generated(
  macro: 'generate_schema_name' | 'generate_alias_name',
  node: NamedNode,
  custom: string | undefined,
  settings: Authored,
  known: Known,
): string | undefined {
  if (!known.macros.has(macro)) return undefined;
  const { context } = parseContext(known, { settings: {}, self: undefined, isIncremental: false });
  const callable = context.macro(macro);
  if (!(callable instanceof Callable)) return undefined;
  const shown = shownNode(node, settings, known);
  const at = { file: known.macros.get(macro)?.file ?? macro, line: 1, column: 1 };
  const result: Value | Promise<Value> = callable.call({
    positional: [custom ?? null, toValue(shown)],
    named: new Map(),
    at,
  });
  if (result instanceof Promise) throw new Error(`${macro} waited`);
  return shownText(result).trim();
}

/** The node as a macro sees it that gives it its names: those are not known yet. */
function shownNode(node: NamedNode, settings: Authored, { environment }: Known): Record<string, unknown> {
  const given = settings as AuthoredModelConfig;
  const tags = given.tags ?? [];
  const meta = given.meta ?? {};
  return {
    name: node.baseName,
    version: node.version ?? null,
    resource_type: node.layer === 'seeds' ? 'seed' : 'model',
    unique_id: node.uniqueId,
    package_name: environment.projectName,
    path: [...node.folders, node.file.slice(node.file.lastIndexOf('/') + 1)].join('/'),
    original_file_path: node.file,
    fqn: [environment.projectName, ...node.folders, node.baseName],
    database: environment.target.database,
    schema: node.layer,
    tags,
    meta,
    config: { ...settings, enabled: true, tags, meta },
  };
}
