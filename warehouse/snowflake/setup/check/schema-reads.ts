import type { Row } from '../../../warehouse.ts';
import type { ObjectType, Properties } from '../item.ts';
import type { Plan } from '../plan/plan.ts';
import { namesOfType } from './account.ts';
import type { Account } from './account.ts';
import { futureGrants, grantsOn } from './grant-reads.ts';
import { objects, qualified } from './read.ts';
import type { Read } from './read.ts';
import { flag, list, text } from './row.ts';

interface Listing {
  readonly type: ObjectType;
  readonly plural: string;
  readonly properties: (row: Row) => Properties;
}

/** What SHOW tells of objects in _META. */
const listings: readonly Listing[] = [
  {
    type: 'stage',
    plural: 'stages',
    properties: (row) => ({
      url: text(row, 'url'),
      storage_integration: text(row, 'storage_integration'),
      comment: text(row, 'comment'),
    }),
  },
  {
    type: 'file format',
    plural: 'file formats',
    properties: (row) => {
      const options = JSON.parse(text(row, 'format_options') || '{}') as Row;
      return {
        type: text(row, 'type'),
        compression: text(options, 'COMPRESSION'),
        strip_outer_array: flag(options, 'STRIP_OUTER_ARRAY'),
        comment: text(row, 'comment'),
      };
    },
  },
  {
    type: 'tag',
    plural: 'tags',
    properties: (row) => ({
      allowed_values: list(text(row, 'allowed_values')),
      comment: text(row, 'comment'),
    }),
  },
  {
    type: 'masking policy',
    plural: 'masking policies',
    properties: (row) => ({ comment: text(row, 'comment') }),
  },
];

/** Asks for what lies in the schemas that were found, and who has rights there. */
export function schemaReads(plan: Plan, account: Account): Read[] {
  const { names } = plan;
  const schemas = namesOfType(account, 'schema');
  const rights = schemas.flatMap((name) => [grantsOn('schema', name), futureGrants('schema', name)]);
  const relations = schemas.length === 0 ? [] : relationReads(names.database);
  const meta = names.schema('_META');
  return [...rights, ...relations, ...(schemas.includes(meta) ? metaReads(plan, meta) : [])];
}

function metaReads(plan: Plan, meta: string): Read[] {
  const planned = plan.items;
  return listings.flatMap(({ type, plural, properties }) => {
    const wanted = planned.flatMap((item) =>
      item.item === 'object' && item.type === type ? [item.name] : [],
    );
    if (wanted.length === 0) return [];
    return [
      {
        sql: `show ${plural} in schema ${meta}`,
        items: objects(type, new Set(wanted), properties, qualified),
      },
    ];
  });
}

/** Those of schemas that the plan does not know, INFORMATION_SCHEMA among them, are passed over later. */
function relationReads(database: string): Read[] {
  return (['table', 'view'] as const).map((type) => ({
    sql: `show ${type}s in database ${database}`,
    items: (rows) =>
      rows.map((row) => ({ item: 'owner', on: type, name: qualified(row), role: text(row, 'owner') })),
    relations: (rows) =>
      rows.map((row) => ({ schema: text(row, 'schema_name'), name: text(row, 'name'), type, columns: [] })),
  }));
}
