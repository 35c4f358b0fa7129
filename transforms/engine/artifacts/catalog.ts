import { z } from 'zod';
import type { Row, Session } from '../../../warehouse/warehouse.ts';
import { artifactMetadata, metadataSchema } from './metadata.ts';
import type { Invocation } from './metadata.ts';

const tableSchema = z.looseObject({
  metadata: z.looseObject({ type: z.string(), schema: z.string(), name: z.string() }),
  columns: z.record(
    z.string(),
    z.looseObject({ type: z.string(), index: z.number(), name: z.string(), comment: z.string().nullish() }),
  ),
  stats: z.record(z.string(), z.unknown()),
  unique_id: z.string().nullish(),
});

/** The part of catalog v1 that is read back. */
export const catalogSchema = z.looseObject({
  metadata: metadataSchema,
  nodes: z.record(z.string(), tableSchema),
  sources: z.record(z.string(), tableSchema),
  errors: z.array(z.string()).nullish(),
});

export type Catalog = z.infer<typeof catalogSchema>;
type CatalogTable = z.infer<typeof tableSchema>;

/** What to look for: `schema.name` of each relation, by unique id. */
export interface CatalogInput {
  readonly invocation: Invocation;
  readonly nodes: ReadonlyMap<string, string>;
  readonly sources: ReadonlyMap<string, string>;
}

/** One column of one relation, as information_schema knows it. */
export interface CatalogColumn {
  readonly schema: string;
  readonly table: string;
  readonly tableType: string;
  readonly column: string;
  readonly type: string;
  readonly position: number;
}

/** dbt's catalog v1 of the relations that exist; one that was never built is left out. */
export async function readCatalog(session: Session, input: CatalogInput): Promise<Catalog> {
  const wanted = [...input.nodes.values(), ...input.sources.values()];
  const schemas = [...new Set(wanted.map(schemaOf))];
  const columns = schemas.length === 0 ? [] : await columnsOf(session, schemas);
  return buildCatalog(input, columns);
}

/** The pure half of readCatalog. Names are compared without case: Snowflake stores them in upper case. */
export function buildCatalog(input: CatalogInput, columns: readonly CatalogColumn[]): Catalog {
  const byRelation = new Map<string, CatalogColumn[]>();
  for (const column of columns) {
    const key = `${column.schema}.${column.table}`.toLowerCase();
    const known = byRelation.get(key);
    if (known === undefined) byRelation.set(key, [column]);
    else known.push(column);
  }
  const found = (relations: ReadonlyMap<string, string>): Record<string, CatalogTable> =>
    Object.fromEntries(
      [...relations].flatMap(([id, relation]) => {
        const rows = byRelation.get(relation.toLowerCase());
        return rows === undefined ? [] : [[id, catalogTable(id, rows)]];
      }),
    );
  return {
    metadata: artifactMetadata('catalog', input.invocation),
    nodes: found(input.nodes),
    sources: found(input.sources),
    errors: null,
  };
}

function catalogTable(uniqueId: string, columns: readonly CatalogColumn[]): CatalogTable {
  const [first] = columns;
  return {
    metadata: {
      type: first?.tableType ?? '',
      schema: first?.schema ?? '',
      name: first?.table ?? '',
      database: null,
      comment: null,
      owner: null,
    },
    columns: Object.fromEntries(
      columns.map(({ column, type, position }) => [
        column,
        { type, index: position, name: column, comment: null },
      ]),
    ),
    stats: {
      has_stats: {
        id: 'has_stats',
        label: 'Has Stats?',
        value: false,
        include: false,
        description: 'Whether there are statistics for this table',
      },
    },
    unique_id: uniqueId,
  };
}

async function columnsOf(session: Session, schemas: readonly string[]): Promise<CatalogColumn[]> {
  const rows = await session.query(
    `select c.table_schema as s, c.table_name as t, t.table_type as k,
       c.column_name as n, c.data_type as d, c.ordinal_position as p
     from information_schema.columns c
     join information_schema.tables t on t.table_catalog = c.table_catalog
       and t.table_schema = c.table_schema and t.table_name = c.table_name
     where lower(c.table_schema) in (${schemas.map(() => '?').join(', ')})
     order by c.table_schema, c.table_name, c.ordinal_position`,
    schemas,
  );
  return rows.map(catalogColumn);
}

function catalogColumn(row: Row): CatalogColumn {
  // A warehouse that folds names in upper case answers with upper-case column names too.
  const value = (name: string): string => String(row[name] ?? row[name.toUpperCase()]);
  return {
    schema: value('s'),
    table: value('t'),
    tableType: value('k'),
    column: value('n'),
    type: value('d'),
    position: Number(value('p')),
  };
}

function schemaOf(relation: string): string {
  return relation.slice(0, relation.lastIndexOf('.')).toLowerCase();
}
