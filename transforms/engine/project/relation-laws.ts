import { transformErrors } from '../errors.ts';
import { feedTable, publishedRelation, stateTable } from '../warehouse/relations.ts';
import type { Defects } from './defects.ts';
import { projectErrors } from './errors.ts';
import { keyingOf } from './model.ts';
import type { Model, Project } from './model.ts';

/** Names go into SQL unquoted. */
const plainName = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** Schemas of the platform: what it drops, prunes or loads there must be its own. */
const platformSchemas: ReadonlySet<string> = new Set(['_meta', 'raw', 'delta', 'feed', 'information_schema']);

/** Every name that becomes a part of SQL is one, and every relation has one model. */
export function checkRelations(project: Project, defects: Defects): void {
  const owners = new Map<string, Model>();
  for (const model of project.models.values()) {
    const count = defects.count;
    defects.try(() => mustBeNames(model));
    if (defects.count > count) continue;
    for (const relation of relationsOf(model)) {
      const key = relation.toLowerCase();
      const owner = owners.get(key);
      if (owner === undefined) owners.set(key, model);
      else if (owner !== model) {
        defects.add(sharedRelation(model, owner, relation));
        break;
      }
    }
  }
}

/** What a model has in the warehouse for good; an ephemeral one has nothing. */
function relationsOf(model: Model): readonly string[] {
  if (model.materialization.kind === 'ephemeral') return [];
  return [...new Set([publishedRelation(model), stateTable(model), feedTable(model)])];
}

function sharedRelation(
  model: Model,
  owner: Model,
  relation: string,
): ReturnType<typeof transformErrors.error> {
  return transformErrors.error('TRANSFORM_DUPLICATE_NAME', {
    message: `${model.name} and ${owner.name} would both be ${relation}; ${owner.name} is described at ${placeOfEntry(owner)}`,
    where: placeOfEntry(model),
    remedy: 'Give one of them another name, alias or schema; case does not tell names apart.',
  });
}

function mustBeNames(model: Model): void {
  const { config, name } = model;
  if (platformSchemas.has(config.schema.toLowerCase())) {
    throw projectErrors.error('PROJECT_SETTING_INVALID', {
      message: `${name}: the schema ${config.schema} is the platform's own`,
      where: placeOfEntry(model),
      remedy: 'Choose another schema.',
    });
  }
  const found = [
    ['name', name.replaceAll('.', '_')],
    ['schema', config.schema],
    ['alias', config.alias],
    ...columnNames(model),
  ].find(([, text = '']) => !plainName.test(text));
  if (found === undefined) return;
  const [setting = '', text = ''] = found;
  throw projectErrors.error('PROJECT_SETTING_INVALID', {
    message: `${name}: ${setting} "${text}" is no name of letters, digits and underscores`,
    where: placeOfEntry(model),
    remedy: 'Names of relations and columns stand in SQL without quotes.',
  });
}

/** Settings that name one column. A key of dbt's own strategies may be an expression, and is left to the warehouse. */
function columnNames(model: Model): string[][] {
  const { materialization } = model;
  const key = 'uniqueKey' in materialization ? materialization.uniqueKey : undefined;
  const pruneBy = 'pruneBy' in materialization ? materialization.pruneBy : undefined;
  const touchKey = keyingOf(model)?.touchKey;
  return [
    ...(typeof key === 'string' ? [['unique_key', key]] : []),
    ...(touchKey === undefined ? [] : [['touch_key', touchKey]]),
    ...(pruneBy === undefined ? [] : [['prune_by', pruneBy]]),
  ];
}

/** Where a model is described: its entry in a YAML file, else its own file. */
export function placeOfEntry({ properties, file }: Pick<Model, 'properties' | 'file'>): string {
  return properties === undefined ? `${file}:1:1` : `${properties.file}:${properties.line}:1`;
}
