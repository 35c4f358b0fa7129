import type { Item, OwnerItem } from '../item.ts';
import { classifiedSchemas, classify } from './classification.ts';
import type { Plan } from './plan.ts';
import { schemaPlan } from './schemas.ts';

/** A table or view that the platform has made. */
export interface Relation {
  readonly schema: string;
  readonly name: string;
  readonly type: 'table' | 'view';
  readonly columns: readonly string[];
}

/** What has to hold for the tables and views that there are: whose they are, who else may use them, which columns are tagged. */
export function relationItems(plan: Plan, relations: readonly Relation[]): Item[] {
  const planned = plan.items;
  return relations.flatMap((relation): Item[] => {
    const schema = schemaPlan(relation.schema);
    if (schema === undefined || schema.isFleeting === true) return [];
    const within = plan.names.schema(relation.schema);
    const name = `${within}.${relation.name}`;
    const owner: OwnerItem = { item: 'owner', on: relation.type, name, role: plan.names.role(schema.owner) };
    const rights = planned.flatMap((each): Item[] =>
      each.item === 'future grant' &&
      each.name === within &&
      each.on === relation.type &&
      each.privilege !== 'OWNERSHIP'
        ? [{ item: 'grant', privilege: each.privilege, on: each.on, name, role: each.role }]
        : [],
    );
    return [owner, ...rights, ...taggings(plan, relation)];
  });
}

/** Views are not tagged: what they show of a tagged column is masked with it. */
export function taggings(plan: Plan, relation: Relation): Item[] {
  const isLookedAt =
    plan.settings.edition === 'enterprise' &&
    relation.type === 'table' &&
    classifiedSchemas.includes(relation.schema);
  if (!isLookedAt) return [];
  return relation.columns.flatMap((column): Item[] => {
    const value = classify(column);
    const name = `${plan.names.schema(relation.schema)}.${relation.name}.${column}`;
    return value === undefined
      ? []
      : [{ item: 'tagging', tag: plan.names.meta('CLASSIFICATION'), on: 'column', name, value }];
  });
}
