import { quoteLiteral } from '../../../sql-text.ts';
import type { Row } from '../../../warehouse.ts';
import type { Item } from '../item.ts';
import type { Plan } from '../plan/plan.ts';
import { classifiedSchemas } from '../plan/classification.ts';
import { taggings } from '../plan/relations.ts';
import { namesOfType } from './account.ts';
import type { Account } from './account.ts';
import type { Read } from './read.ts';
import { text } from './row.ts';

/** Columns of the layers in which some are classified. */
export function columnReads(plan: Plan, account: Account): Read[] {
  if (plan.settings.edition === 'standard') return [];
  const { names } = plan;
  const found = namesOfType(account, 'schema');
  return classifiedSchemas
    .filter((schema) => found.includes(names.schema(schema)))
    .map((schema) => ({
      sql: `show columns in schema ${names.schema(schema)}`,
      relations: (rows) =>
        account.relations
          .filter((relation) => relation.schema === schema)
          .map((relation) => ({ ...relation, columns: columnsOf(rows, relation.name) })),
    }));
}

function columnsOf(rows: readonly Row[], table: string): string[] {
  return rows.filter((row) => text(row, 'table_name') === table).map((row) => text(row, 'column_name'));
}

/** What the policies say and which tags they are on; tags of schemas, and of columns that should have one. Takes a warehouse. */
export function tagReads(plan: Plan, account: Account): Read[] {
  const policies = namesOfType(account, 'masking policy');
  const hasTag = namesOfType(account, 'tag').includes(plan.names.meta('CLASSIFICATION'));
  return [
    ...policies.flatMap((policy) => policyReads(plan, policy)),
    ...(hasTag ? [...schemaTags(plan, account), ...columnTags(plan, account)] : []),
  ];
}

function policyReads({ names }: Plan, policy: string): Read[] {
  return [
    {
      sql: `describe masking policy ${policy}`,
      items: (rows) =>
        rows.map((row) => ({
          item: 'object',
          type: 'masking policy',
          name: policy,
          properties: {
            signature: text(row, 'signature'),
            // VARCHAR is shown with its length.
            return_type: text(row, 'return_type').replace(/\(\d+\)$/, ''),
            body: text(row, 'body'),
          },
        })),
    },
    {
      sql: `select tag_database, tag_schema, tag_name from ${functionOf(names.database, 'policy_references')}(policy_name => ${quoteLiteral(policy)}))`,
      items: (rows) =>
        rows
          .filter((row) => text(row, 'tag_name') !== '')
          .map((row) => ({ item: 'tag policy', tag: tagOf(row), policy })),
    },
  ];
}

function schemaTags(plan: Plan, account: Account): Read[] {
  const found = namesOfType(account, 'schema');
  return plan.items.flatMap((item) => {
    if (item.item !== 'tagging' || !found.includes(item.name)) return [];
    const { name } = item;
    return [
      {
        sql: `select tag_database, tag_schema, tag_name, tag_value from ${functionOf(plan.names.database, 'tag_references')}(${quoteLiteral(name)}, 'SCHEMA'))`,
        items: (rows: readonly Row[]) =>
          rows.map((row): Item => ({
            item: 'tagging',
            tag: tagOf(row),
            on: 'schema',
            name,
            value: text(row, 'tag_value'),
          })),
      },
    ];
  });
}

/** One statement a table. A tag that a column has from its table or schema is told with their level. */
function columnTags(plan: Plan, account: Account): Read[] {
  return account.relations
    .filter((relation) => taggings(plan, relation).length > 0)
    .map((relation) => {
      const table = `${plan.names.schema(relation.schema)}.${relation.name}`;
      return {
        sql: `select tag_database, tag_schema, tag_name, tag_value, level, column_name from ${functionOf(plan.names.database, 'tag_references_all_columns')}(${quoteLiteral(table)}, 'table'))`,
        items: (rows) =>
          rows
            .filter((row) => text(row, 'level') === 'COLUMN')
            .map((row) => ({
              item: 'tagging',
              tag: tagOf(row),
              on: 'column',
              name: `${table}.${text(row, 'column_name')}`,
              value: text(row, 'tag_value'),
            })),
      };
    });
}

function functionOf(database: string, name: string): string {
  return `table(${database}.information_schema.${name}`;
}

function tagOf(row: Row): string {
  return ['tag_database', 'tag_schema', 'tag_name'].map((column) => text(row, column)).join('.');
}
