import type { Session, Warehouse } from '../../../warehouse/warehouse.ts';
import { isRetryable } from '../../../lib/errors.ts';
import type { Dialect } from '../dialect/macros.ts';

/** A column as the warehouse describes it: name in lower case as we write it, type as it spells it, with precision. */
export interface Column {
  readonly name: string;
  readonly type: string;
}

/** The columns of what stands in the warehouse while a run computes beside it: asked once, when first needed. */
export interface StandingShapes {
  readonly of: (relation: string) => Promise<readonly Column[] | undefined>;
  /** Asks again: somebody's own DDL was run. */
  readonly forget: () => void;
}

/** How a table's columns differ from those of the SELECT that now fills it. */
export interface ShapeDifference {
  /** Selected, and not in the table. */
  readonly added: readonly Column[];
  /** In the table, and not selected any more. */
  readonly removed: readonly Column[];
  readonly retyped: readonly { readonly name: string; readonly from: string; readonly to: string }[];
}

const snowflakeType =
  "case when data_type = 'NUMBER' then 'NUMBER(' || numeric_precision || ',' || numeric_scale || ')' else data_type end";

const columnsOf: Readonly<Record<Dialect, string>> = {
  duckdb: `select column_name as name, data_type as type, ordinal_position as place from information_schema.columns
    where table_schema = ? and table_name = ?`,
  snowflake: `select lower(column_name) as name,
      ${snowflakeType} as type, ordinal_position as place
    from information_schema.columns
    where table_schema = upper(?) and table_name = upper(?)`,
};

const allColumns: Readonly<Record<Dialect, string>> = {
  duckdb: `select lower(table_schema || '.' || table_name) as relation, column_name as name, data_type as type
    from information_schema.columns`,
  snowflake: `select lower(table_schema || '.' || table_name) as relation, lower(column_name) as name,
      ${snowflakeType} as type
    from information_schema.columns`,
};

/** Columns of several relations, by `schema.name` in lower case; what does not exist is not among them. */
type Shapes = ReadonlyMap<string, readonly Column[]>;

/** The columns of all relations of some schemas. */
export async function describeSchemas(warehouse: Warehouse, schemas: readonly string[]): Promise<Shapes> {
  return await describeWhere(warehouse, (names) => `table_schema in (${names(schemas)})`, schemas);
}

/** The columns of some relations of one schema, `schema.name`. */
export async function describeRelations(warehouse: Warehouse, relations: readonly string[]): Promise<Shapes> {
  if (relations.length === 0) return new Map();
  const [[schema = ''] = []] = relations.map((relation) => relation.split('.'));
  const names = relations.map((relation) => relation.split('.')[1] ?? '');
  const where = (list: (of: readonly string[]) => string): string =>
    `table_schema = ${list([schema])} and table_name in (${list(names)})`;
  return await describeWhere(warehouse, where, [schema, ...names]);
}

async function describeWhere(
  warehouse: Warehouse,
  where: (list: (of: readonly string[]) => string) => string,
  params: readonly string[],
): Promise<Shapes> {
  const { dialect } = warehouse.capabilities;
  const one = dialect === 'snowflake' ? 'upper(?)' : '?';
  const condition = where((of) => of.map(() => one).join(', '));
  const rows = await warehouse.query(
    `${allColumns[dialect]} where ${condition} order by ordinal_position`,
    params,
  );
  const found = new Map<string, Column[]>();
  for (const row of rows) {
    const columns = found.get(String(row['relation'])) ?? [];
    found.set(String(row['relation']), columns);
    columns.push({ name: String(row['name']), type: String(row['type']) });
  }
  return found;
}

/** The columns of a stored relation, `schema.name`, in their order; undefined where it does not exist. */
export async function describeRelation(
  warehouse: Warehouse,
  relation: string,
): Promise<readonly Column[] | undefined> {
  const rows = await warehouse.query(
    `${columnsOf[warehouse.capabilities.dialect]} order by place`,
    relation.split('.'),
  );
  return rows.length === 0
    ? undefined
    : rows.map((row) => ({ name: String(row['name']), type: String(row['type']) }));
}

/**
 * The columns of a relation that is there, and one row of a select besides, all in one statement: `besides` selects a
 * number and a text. Undefined where that select is refused.
 */
export async function describeBesides(
  warehouse: Warehouse,
  relation: string,
  besides: string,
): Promise<
  { readonly columns: readonly Column[]; readonly count: number; readonly text: string } | undefined
> {
  const described = columnsOf[warehouse.capabilities.dialect];
  try {
    const rows = await warehouse.query(
      `select name, type, cast(0 as bigint) as n, place from (${described}) as described
       union all select cast(null as varchar), text, n, -1 from (${besides}) as besides order by place`,
      relation.split('.'),
    );
    const [first, ...columns] = rows;
    return {
      columns: columns.map((row) => ({ name: String(row['name']), type: String(row['type']) })),
      count: Number(first?.['n']),
      text: String(first?.['type']),
    };
  } catch (error) {
    if (isRetryable(error)) throw error;
    return undefined;
  }
}

const kindOf: Readonly<Record<Dialect, string>> = {
  duckdb: 'select table_type from information_schema.tables where table_schema = ? and table_name = ?',
  snowflake:
    'select table_type from information_schema.tables where table_schema = upper(?) and table_name = upper(?)',
};

/** Whether a table or a view stands under a name; undefined where nothing does. */
export async function relationKind(
  warehouse: Warehouse,
  relation: string,
): Promise<'table' | 'view' | undefined> {
  const [row] = await warehouse.query(kindOf[warehouse.capabilities.dialect], relation.split('.'));
  if (row === undefined) return undefined;
  return row['table_type'] === 'VIEW' ? 'view' : 'table';
}

/** The columns that a SELECT gives, without running it. `scratch` is a relation that may be created for it. */
export async function describeQuery(
  warehouse: Warehouse,
  sql: string,
  scratch: string,
): Promise<readonly Column[]> {
  return await describers[warehouse.capabilities.dialect](warehouse, sql, scratch);
}

const describers: Readonly<
  Record<Dialect, (warehouse: Warehouse, sql: string, scratch: string) => Promise<readonly Column[]>>
> = {
  duckdb: async (warehouse, sql) => {
    const rows = await warehouse.query(`describe\n${sql}`);
    return rows.map((row) => ({ name: String(row['column_name']), type: String(row['column_type']) }));
  },
  snowflake: async (warehouse, sql, scratch) => {
    await warehouse.execute(`create or replace view ${scratch} as\n${sql}`);
    const columns = await describeRelation(warehouse, scratch);
    await warehouse.execute(`drop view ${scratch}`);
    return columns ?? [];
  },
};

/** What changed from a table's columns to a SELECT's; order does not count. */
export function shapeDifference(table: readonly Column[], select: readonly Column[]): ShapeDifference {
  const typeIn = (columns: readonly Column[], name: string): string | undefined =>
    columns.find((column) => column.name === name)?.type;
  return {
    added: select.filter((column) => typeIn(table, column.name) === undefined),
    removed: table.filter((column) => typeIn(select, column.name) === undefined),
    retyped: table.flatMap(({ name, type }) => {
      const to = typeIn(select, name);
      return to === undefined || to === type ? [] : [{ name, from: type, to }];
    }),
  };
}

export function isSameShape(table: readonly Column[], select: readonly Column[]): boolean {
  return (
    table.length === select.length &&
    table.every((column, index) => column.name === select[index]?.name && column.type === select[index].type)
  );
}

/** One line a difference, for error messages. */
export function describeDifference(difference: ShapeDifference): string[] {
  return [
    ...difference.added.map(({ name, type }) => `new column ${name} ${type}`),
    ...difference.removed.map(({ name, type }) => `${name} ${type} is gone`),
    ...difference.retyped.map(({ name, from, to }) => `${name} was ${from} and is now ${to}`),
  ];
}

/** The number of rows of a relation. */
export async function countRows(session: Session, relation: string): Promise<number> {
  const [row] = await session.query(`select count(*) as n from ${relation}`);
  return Number(row?.['n'] ?? 0);
}
