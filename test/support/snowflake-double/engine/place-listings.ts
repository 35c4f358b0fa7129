import type { CatalogColumn, Relation } from './catalog.ts';
import { wireTypeOf } from './column-types.ts';
import { isWithin, yes } from './listing.ts';
import type { Listing, Shown } from './listing.ts';

function relationsOf(shown: Shown, kind: Relation['kind']): Relation[] {
  const { engine, session } = shown.work;
  return engine.catalog
    .all(session.id)
    .filter((relation) => relation.kind === kind && isWithin(relation.name, shown));
}

const kindNames = { permanent: 'TABLE', transient: 'TRANSIENT', temporary: 'TEMPORARY' } as const;

function columnType(column: CatalogColumn): string {
  const { type, precision, scale, length } = wireTypeOf(column.type);
  return JSON.stringify({
    type,
    ...(precision === undefined ? {} : { precision, scale: scale ?? 0 }),
    ...(length === undefined ? {} : { length, byteLength: length }),
    nullable: column.isNullable,
  });
}

/** Databases, schemas and what is in them, by what stands after SHOW. */
export const placeListings: Readonly<Record<string, Listing>> = {
  DATABASES: {
    columns: [
      'created_on',
      'name',
      'is_default',
      'is_current',
      'origin',
      'owner',
      'comment',
      'options',
      'retention_time',
    ],
    rows: ({ work }) =>
      [...work.engine.catalog.databases.values()].map((each) => [
        new Date(each.createdMs),
        each.name,
        'N',
        yes(each.name === work.session.database),
        '',
        each.owner,
        each.comment,
        each.isTransient ? 'TRANSIENT' : '',
        String(each.retentionDays),
      ]),
  },
  SCHEMAS: {
    columns: [
      'created_on',
      'name',
      'is_default',
      'is_current',
      'database_name',
      'owner',
      'comment',
      'options',
      'retention_time',
    ],
    rows: (shown) =>
      [...shown.work.engine.catalog.databases.values()]
        .filter((database) => shown.database === undefined || database.name === shown.database)
        .flatMap((database) =>
          [...database.schemas.values()].map((each) => [
            new Date(each.createdMs),
            each.name,
            'N',
            yes(each.name === shown.work.session.schema && database.name === shown.work.session.database),
            database.name,
            each.owner,
            each.comment,
            each.isTransient ? 'TRANSIENT' : '',
            String(each.retentionDays),
          ]),
        ),
  },
  TABLES: {
    columns: [
      'created_on',
      'name',
      'database_name',
      'schema_name',
      'kind',
      'comment',
      'cluster_by',
      'rows',
      'bytes',
      'owner',
      'retention_time',
    ],
    rows: (shown) =>
      relationsOf(shown, 'table').flatMap((each) =>
        each.kind === 'table'
          ? [
              [
                new Date(each.createdMs),
                each.name[2],
                each.name[0],
                each.name[1],
                kindNames[each.lifetime],
                each.comment,
                each.clusterBy,
                null,
                null,
                each.owner,
                String(each.retentionDays),
              ],
            ]
          : [],
      ),
  },
  VIEWS: {
    columns: [
      'created_on',
      'name',
      'reserved',
      'database_name',
      'schema_name',
      'owner',
      'comment',
      'text',
      'is_secure',
      'is_materialized',
    ],
    rows: (shown) =>
      relationsOf(shown, 'view').flatMap((each) =>
        each.kind === 'view'
          ? [
              [
                new Date(each.createdMs),
                each.name[2],
                '',
                each.name[0],
                each.name[1],
                each.owner,
                each.comment,
                each.statement,
                each.isSecure,
                false,
              ],
            ]
          : [],
      ),
  },
  COLUMNS: {
    columns: [
      'table_name',
      'schema_name',
      'column_name',
      'data_type',
      'null?',
      'default',
      'kind',
      'expression',
      'comment',
      'database_name',
      'autoincrement',
    ],
    rows: (shown) =>
      shown.work.engine.catalog
        .all(shown.work.session.id)
        .filter((each) => isWithin(each.name, shown))
        .flatMap((each) =>
          each.columns.map((column) => [
            each.name[2],
            each.name[1],
            column.name,
            columnType(column),
            column.isNullable ? 'true' : 'NOT_NULL',
            column.default ?? '',
            'COLUMN',
            '',
            column.comment ?? '',
            each.name[0],
            '',
          ]),
        ),
  },
  'PRIMARY KEYS': {
    columns: [
      'created_on',
      'database_name',
      'schema_name',
      'table_name',
      'column_name',
      'key_sequence',
      'constraint_name',
      'rely',
      'comment',
    ],
    rows: (shown) =>
      relationsOf(shown, 'table').flatMap((each) =>
        each.columns
          .filter((column) => column.isKey)
          .map((column, index) => [
            new Date(each.createdMs),
            ...each.name,
            column.name,
            index + 1,
            `SYS_CONSTRAINT_${each.id}`,
            'false',
            null,
          ]),
      ),
  },
  STAGES: {
    columns: [
      'created_on',
      'name',
      'database_name',
      'schema_name',
      'url',
      'has_credentials',
      'has_encryption_key',
      'owner',
      'comment',
      'region',
      'type',
      'cloud',
      'storage_integration',
    ],
    rows: (shown) =>
      [...shown.work.engine.stages.all.values()]
        .filter((each) => isWithin(each.name, shown))
        .map((each) => [
          new Date(each.createdMs),
          each.name[2],
          each.name[0],
          each.name[1],
          each.url ?? '',
          'N',
          'N',
          each.owner,
          each.comment,
          null,
          each.url === undefined ? 'INTERNAL' : 'EXTERNAL',
          each.url === undefined ? null : 'AWS',
          each.properties.get('STORAGE_INTEGRATION') ?? null,
        ]),
  },
};
