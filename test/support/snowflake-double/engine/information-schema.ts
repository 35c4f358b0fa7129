import { quoteIdentifier, quoteLiteral } from '../../../../warehouse/sql-text.ts';
import type { CatalogColumn, Relation } from './catalog.ts';
import { catalogueName, wireTypeOf } from './column-types.ts';
import type { EngineState } from './state.ts';

/** Tables of DuckDB that hold what the catalogue says, for queries of INFORMATION_SCHEMA. */
const tables = [
  `create table engine.relations (id varchar, session varchar, version varchar, table_catalog varchar,
     table_schema varchar, table_name varchar, table_owner varchar, table_type varchar, is_transient varchar,
     clustering_key varchar, retention_time bigint, created timestamptz, comment varchar, view_definition varchar,
     is_secure varchar)`,
  `create table engine.columns (id varchar, column_name varchar, ordinal_position bigint, column_default varchar,
     is_nullable varchar, data_type varchar, character_maximum_length bigint, numeric_precision bigint,
     numeric_scale bigint, datetime_precision bigint, comment varchar)`,
  `create table engine.schemata (catalog_name varchar, schema_name varchar, schema_owner varchar,
     is_transient varchar, retention_time bigint, created timestamptz, comment varchar)`,
];

export function catalogueTables(): readonly string[] {
  return tables;
}

/** Brings them up to what the catalogue says now. */
export async function refreshCatalogue(engine: EngineState): Promise<void> {
  const ids = [...engine.catalog.changed];
  engine.catalog.changed.clear();
  try {
    await engine.physical.run(...refreshing(engine, ids));
  } catch (error) {
    for (const id of ids) engine.catalog.changed.add(id);
    throw error;
  }
}

function refreshing({ catalog, now }: EngineState, ids: readonly string[]): string[] {
  const statements: string[] = [];
  if (ids.length > 0) {
    const list = ids.map(quoteLiteral).join(', ');
    statements.push(`delete from engine.relations where id in (${list})`);
    statements.push(`delete from engine.columns where id in (${list})`);
    const relations = ids.flatMap((id) => catalog.byId(id) ?? []);
    if (relations.length > 0) {
      statements.push(`insert into engine.relations values ${relations.map(relationRow).join(', ')}`);
      const columns = relations.flatMap((each) =>
        each.columns.map((column, at) => columnRow(each, column, at)),
      );
      if (columns.length > 0) statements.push(`insert into engine.columns values ${columns.join(', ')}`);
    }
  }
  const schemas = [...catalog.databases.values()].flatMap((database) => [
    row(database.name, 'INFORMATION_SCHEMA', '', 'NO', 1, timestamp(now()), 'Views describing the database'),
    ...[...database.schemas.values()].map((schema) =>
      row(
        database.name,
        schema.name,
        schema.owner,
        yes(schema.isTransient),
        schema.retentionDays,
        timestamp(schema.createdMs),
        orNull(schema.comment),
      ),
    ),
  ]);
  return [
    ...statements,
    'delete from engine.schemata',
    `insert into engine.schemata values ${schemas.join(', ')}`,
  ];
}

type Sql = { readonly sql: string };
type Cell = string | number | null | Sql;

function row(...cells: readonly Cell[]): string {
  const texts = cells.map((cell) => {
    if (cell === null) return 'null';
    if (typeof cell === 'object') return cell.sql;
    return typeof cell === 'number' ? String(cell) : quoteLiteral(cell);
  });
  return `(${texts.join(', ')})`;
}

function timestamp(ms: number): Sql {
  return { sql: `make_timestamptz(${Math.trunc(ms * 1000)})` };
}

function yes(is: boolean): string {
  return is ? 'YES' : 'NO';
}

function orNull(text: string | undefined): string | null {
  return text === '' || text === undefined ? null : text;
}

const tableTypes = {
  permanent: 'BASE TABLE',
  transient: 'BASE TABLE',
  temporary: 'LOCAL TEMPORARY',
} as const;

function relationRow(relation: Relation): string {
  const [database, schema, name] = relation.name;
  const isTable = relation.kind === 'table';
  return row(
    relation.id,
    relation.session ?? null,
    isTable ? relation.version : null,
    database,
    schema,
    name,
    relation.owner,
    isTable ? tableTypes[relation.lifetime] : 'VIEW',
    isTable ? yes(relation.lifetime !== 'permanent') : 'NO',
    isTable ? orNull(relation.clusterBy) : null,
    isTable ? relation.retentionDays : null,
    timestamp(relation.createdMs),
    orNull(relation.comment),
    isTable ? null : relation.statement,
    isTable ? null : yes(relation.isSecure),
  );
}

function columnRow(relation: Relation, column: CatalogColumn, index: number): string {
  const wire = wireTypeOf(column.type);
  const isTime = wire.type.startsWith('TIME');
  return row(
    relation.id,
    column.name,
    index + 1,
    column.default ?? null,
    yes(column.isNullable),
    catalogueName(wire.type),
    wire.length ?? null,
    wire.type === 'FIXED' ? (wire.precision ?? 38) : null,
    wire.type === 'FIXED' ? (wire.scale ?? 0) : null,
    isTime ? (wire.scale ?? 9) : null,
    orNull(column.comment),
  );
}

/** The query behind a view of INFORMATION_SCHEMA as a session sees it; undefined for one that the double has not. */
export function informationSchema(view: string, database: string, session: string): string | undefined {
  const own = `table_catalog = ${quoteLiteral(database)} and (session is null or session = ${quoteLiteral(session)})`;
  const columns: Readonly<Record<string, string>> = {
    TABLES: select(
      `${pick(['table_catalog', 'table_schema', 'table_name', 'table_owner', 'table_type', 'is_transient', 'clustering_key'])},
       estimated_size as "ROW_COUNT", cast(null as bigint) as "BYTES",
       ${pick(['retention_time', 'created'])}, created as "LAST_ALTERED", ${pick(['comment'])}`,
      `engine.relations left join (
         select schema_name as _version, estimated_size from duckdb_tables()) on _version = version where ${own}`,
    ),
    COLUMNS: select(
      `${pick(['table_catalog', 'table_schema', 'table_name', 'column_name', 'ordinal_position', 'column_default', 'is_nullable', 'data_type', 'character_maximum_length'])},
       character_maximum_length as "CHARACTER_OCTET_LENGTH", ${pick(['numeric_precision'])},
       case when numeric_precision is not null then 10 end as "NUMERIC_PRECISION_RADIX",
       ${pick(['numeric_scale', 'datetime_precision'])}, 'NO' as "IS_IDENTITY", c.comment as "COMMENT"`,
      `engine.relations as r join engine.columns as c using (id) where ${own}`,
    ),
    VIEWS: select(
      `${pick(['table_catalog', 'table_schema', 'table_name', 'table_owner', 'view_definition'])},
       'NONE' as "CHECK_OPTION", 'NO' as "IS_UPDATABLE", 'NO' as "INSERTABLE_INTO", ${pick(['is_secure', 'created'])},
       created as "LAST_ALTERED", ${pick(['comment'])}`,
      `engine.relations where table_type = 'VIEW' and ${own}`,
    ),
    SCHEMATA: select(
      `${pick(['catalog_name', 'schema_name', 'schema_owner', 'is_transient'])},
       'NO' as "IS_MANAGED_ACCESS", ${pick(['retention_time', 'created'])}, created as "LAST_ALTERED", ${pick(['comment'])}`,
      `engine.schemata where catalog_name = ${quoteLiteral(database)}`,
    ),
  };
  return Object.hasOwn(columns, view) ? columns[view] : undefined;
}

function select(items: string, from: string): string {
  return `select ${items} from ${from}`;
}

function pick(names: readonly string[]): string {
  return names.map((name) => `${quoteIdentifier(name)} as ${quoteIdentifier(name.toUpperCase())}`).join(', ');
}
