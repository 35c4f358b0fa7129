import type * as Polyglot from '@polyglot-sql/sdk';
import type { Dialect } from '../dialect/macros.ts';

/** A column of a model, a seed or a source table. */
export interface ColumnRef {
  /** Key of Project.models, or `source.table`. */
  readonly relation: string;
  readonly column: string;
}

/** How a column's value comes out of another's: as it is, through an expression, or through an aggregate. */
export type LineageKind = 'direct' | 'transformed' | 'aggregated';

/** A column that another is made from, one step up. */
export interface UpstreamColumn extends ColumnRef {
  readonly kind: LineageKind;
}

/** One column, with all it is made from; nothing for a constant. */
export interface ColumnLineage {
  readonly column: string;
  readonly upstream: readonly UpstreamColumn[];
}

/** The columns of one model in order, each with what it is made from one step up. */
export interface ModelLineage {
  readonly model: string;
  readonly columns: readonly ColumnLineage[];
  /** Why lineage is missing, where the parser could not follow the SQL. */
  readonly problem: string | undefined;
}

/** Whether somebody wants to know what a column is made from: each takes the parser some ten milliseconds. */
export type TracesColumn = (model: string, column: string) => boolean;

/** One model's SQL in which every ref is a bare name out of `relations`; each must come after all that it reads. */
export interface LineageStatement {
  readonly model: string;
  readonly sql: string;
}

/** A relation as the statements name it. Columns are known where it is no statement of this list. */
export interface LineageRelation {
  readonly identifier: string;
  readonly relation: string;
  readonly columns: readonly string[];
}

/**
 * Follows every column of every statement through CTEs, joins and unions to the columns of the relations it reads.
 * Statements are the engine's selects, never DML: the parser's lineage does not know MERGE.
 */
export async function columnLineage(
  statements: readonly LineageStatement[],
  relations: readonly LineageRelation[],
  dialect: Dialect,
  isTraced: TracesColumn = () => true,
): Promise<ModelLineage[]> {
  // 300 ms and 80 MB on import: only whoever asks for lineage pays.
  const polyglot = await import('@polyglot-sql/sdk');
  const byIdentifier = new Map(relations.map((each) => [each.identifier.toLowerCase(), each.relation]));
  const columns = new Map(relations.map((each) => [each.relation, each.columns]));
  const result: ModelLineage[] = [];
  for (const { model, sql } of statements) {
    const words = new Set(sql.toLowerCase().match(/\w+/g));
    // Only what the statement names: the parser takes the schema in anew for every column.
    const named = relations.filter(({ identifier }) => words.has(identifier.toLowerCase()));
    const tables = named.flatMap(({ identifier, relation }) => {
      const known = columns.get(relation) ?? [];
      return known.length === 0 ? [] : [toTable(identifier, known)];
    });
    const lineage = lineageOf(polyglot, { model, sql }, { tables }, byIdentifier, { dialect, isTraced });
    columns.set(
      model,
      lineage.columns.map((each) => each.column),
    );
    result.push(lineage);
  }
  return result;
}

function toTable(name: string, columns: readonly string[]): Polyglot.Schema['tables'][number] {
  // The type is never asked for; lineage only needs to know which columns there are.
  return { name, columns: columns.map((column) => ({ name: column, type: 'varchar' })) };
}

function lineageOf(
  polyglot: typeof Polyglot,
  { model, sql }: LineageStatement,
  schema: Polyglot.Schema,
  byIdentifier: ReadonlyMap<string, string>,
  { dialect, isTraced }: { readonly dialect: Dialect; readonly isTraced: TracesColumn },
): ModelLineage {
  const { success, output, error } = polyglot.outputColumnsWithSchema(sql, schema, dialect);
  if (!success || !output) return { model, columns: [], problem: error ?? 'the SQL could not be parsed' };
  const problems: string[] = [];
  const columns = output.columns.map((column, ordinal): ColumnLineage => {
    const name = nameOf(column, ordinal);
    if (!isTraced(model, name)) return { column: name, upstream: [] };
    const traced = polyglot.lineageAtWithSchema(ordinal, sql, schema, dialect, true);
    if (!traced.lineage) problems.push(traced.error ?? `column ${ordinal + 1} could not be traced`);
    const upstream = !traced.lineage ? [] : leavesOf(traced.lineage, byIdentifier);
    return { column: name, upstream };
  });
  return { model, columns, problem: problems[0] };
}

function nameOf(column: Polyglot.OutputColumn, ordinal: number): string {
  if (column.kind === 'wildcard') return '*';
  return column.kind === 'named' ? column.name : `column_${ordinal + 1}`;
}

const rank: Readonly<Record<LineageKind, number>> = { direct: 0, transformed: 1, aggregated: 2 };

/** The table columns at the end of every path, once each, with the strongest kind met on a way to it. */
function leavesOf(root: Polyglot.LineageNode, byIdentifier: ReadonlyMap<string, string>): UpstreamColumn[] {
  const found = new Map<string, UpstreamColumn>();
  const visit = (node: Polyglot.LineageNode, kindAbove: LineageKind): void => {
    const own = node.source_kind === 'table' ? 'direct' : kindOf(node.expression);
    const kind = rank[own] > rank[kindAbove] ? own : kindAbove;
    const relation = byIdentifier.get(node.source_name.toLowerCase());
    if (node.source_kind === 'table' && relation !== undefined) {
      const column = node.name.slice(node.name.lastIndexOf('.') + 1);
      const key = `${relation}.${column}`;
      const before = found.get(key);
      if (before === undefined || rank[before.kind] < rank[kind]) found.set(key, { relation, column, kind });
    }
    for (const child of node.downstream) visit(child, kind);
  };
  visit(root, 'direct');
  return [...found.values()];
}

/** Aggregates as the parser names their nodes; a window function counts as one. */
const aggregates = new Set(
  (
    'sum count min max avg median any_value arg_max arg_min max_by min_by string_agg list_agg listagg array_agg ' +
    'group_concat bool_or bool_and aggregate_function window_function'
  ).split(' '),
);

const passThrough = ['column', 'union', 'intersect', 'except', 'select', 'subquery', 'table', 'cte'];

function kindOf(expression: unknown): LineageKind {
  const inner = unwrapAlias(expression);
  // A set operation or a derived table as a whole changes nothing: its branches say what becomes of a column.
  if (isNode(inner) && passThrough.some((key) => key in inner)) return 'direct';
  return holdsAggregate(inner) ? 'aggregated' : 'transformed';
}

function unwrapAlias(expression: unknown): unknown {
  if (!isNode(expression)) return expression;
  const alias = expression['alias'];
  return isNode(alias) && 'this' in alias ? unwrapAlias(alias['this']) : expression;
}

function holdsAggregate(node: unknown): boolean {
  if (Array.isArray(node)) return node.some(holdsAggregate);
  if (!isNode(node)) return false;
  return Object.entries(node).some(
    ([key, value]) => (aggregates.has(key) && isNode(value)) || holdsAggregate(value),
  );
}

function isNode(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
