import type { Node, RangeVar, SelectStmt } from '@pgsql/types';
import type { FunctionFacts } from '../postgres/catalogue.ts';
import type { Relation, Relations } from '../relations/relation.ts';
import { call, column, functionName, integer, mapTree, selectOf, text, textsOf, walk } from './ast.ts';
import { blockScope } from './block-scope.ts';
import { planBlock } from './block.ts';
import { flattened } from './flatten.ts';
import type { Names } from './flatten.ts';
import { leafRange } from './leaf-range.ts';
import type { Judged, Key, Leaf, PlannedSql } from './leaf.ts';
import { Refusal } from './refusal.ts';
import { askedOnce, withoutSemiJoin } from './semi-join.ts';
import { sqlOf } from './sql-of.ts';
import { uniquelyNamed } from './unique-names.ts';

/** What statements are planned by. */
export interface PlanInput {
  readonly relations: Relations;
  readonly facts: FunctionFacts;
  /** Whether the session's time zone is UTC. */
  readonly isUtc: boolean;
}

/** What is known where a query stands within a statement. */
interface Place {
  /** Queries that WITH gives names to, innermost first. */
  readonly queries: ReadonlyMap<string, SelectStmt>;
  readonly isTop: boolean;
  /** Questions of the statement so far. */
  readonly leaves: Leaf[];
}

/**
 * What has to be asked, and what is to be done with the answers: the statement itself, with relations replaced by rows
 * of Cube's. Throws a Refusal for what could not be answered rightly.
 */
export function planStatement(select: SelectStmt, input: PlanInput): PlannedSql {
  const leaves: Leaf[] = [];
  const named = uniquelyNamed(shortNamed(select), input.relations.keys());
  const planned = planSelect(named, { queries: new Map(), isTop: true, leaves }, input);
  return { sql: sqlOf({ SelectStmt: planned }), leaves };
}

/** `public.finance.country` as `finance.country`: rows of answers are in no schema. */
function shortNamed<T>(tree: T): T {
  return mapTree(tree, (node) => {
    const { fields = [] } = 'ColumnRef' in node ? node.ColumnRef : {};
    return 'ColumnRef' in node && fields.length > 2 && textsOf(fields).at(-3) === 'public'
      ? { ColumnRef: { ...node.ColumnRef, fields: fields.slice(-2) } }
      : undefined;
  });
}

/** Whether a statement reads a relation; the rest is answered by the catalogue. */
export function readsRelations(tree: unknown, relations: Relations): boolean {
  let found = false;
  walk(tree, (node) => {
    found ||= 'RangeVar' in node && relationNamed(node.RangeVar, relations) !== undefined;
    return 'into';
  });
  return found;
}

function relationNamed({ schemaname, relname = '' }: RangeVar, relations: Relations): Relation | undefined {
  return schemaname === undefined || schemaname === 'public' ? relations.get(relname) : undefined;
}

function planSelect(select: SelectStmt, place: Place, input: PlanInput): SelectStmt {
  const { withClause, ...body } = select;
  if (withClause === undefined) return planBody(body, place, input);
  const named = (withClause.ctes ?? []).flatMap((each) =>
    'CommonTableExpr' in each ? [each.CommonTableExpr] : [],
  );
  const queries = new Map(place.queries);
  for (const { ctename = '', ctequery } of named) {
    const query = selectOf(ctequery);
    if (query === undefined)
      throw new Refusal('WITH can only name a SELECT', 'Metrics are read, never written.', ctequery);
    queries.set(ctename, query);
  }
  const planned = planBody(body, { ...place, queries }, input);
  // A query that became part of the one around it is not needed any more, and perhaps could not be answered alone.
  const kept: Node[] = [];
  for (const each of named.toReversed()) {
    if (!isNamed(each.ctename ?? '', [planned, kept])) continue;
    const query = queries.get(each.ctename ?? '') ?? {};
    const own = planSelect(query, { ...place, queries, isTop: false }, input);
    kept.unshift({ CommonTableExpr: { ...each, ctequery: { SelectStmt: own } } });
  }
  return kept.length === 0 ? planned : { ...planned, withClause: { ...withClause, ctes: kept } };
}

function isNamed(name: string, trees: unknown): boolean {
  let found = false;
  walk(trees, (node) => {
    found ||= 'RangeVar' in node && node.RangeVar.relname === name;
    return 'into';
  });
  return found;
}

function planBody(body: SelectStmt, place: Place, input: PlanInput): SelectStmt {
  const inner: Place = { ...place, isTop: false };
  if (body.larg !== undefined && body.rarg !== undefined) {
    const { larg, rarg, ...rest } = body;
    const [left, right] = [planSelect(larg, inner, input), planSelect(rarg, inner, input)];
    return { ...planSubqueries(rest, inner, input), larg: left, rarg: right };
  }
  const names = namesAt(place, input);
  const select = withoutSemiJoin(flattened(body, names), names);
  const [from, ...others] = select.fromClause ?? [];
  const range = from !== undefined && 'RangeVar' in from ? from.RangeVar : undefined;
  const relation = range === undefined ? undefined : relationAt(range, place, input);
  if (range !== undefined && relation !== undefined && others.length === 0)
    return planRelation(select, range, relation, place, input);
  const fromClause = (select.fromClause ?? []).map((each) => planFrom(each, inner, input));
  const { fromClause: _, ...rest } = select;
  const planned = planSubqueries(rest, inner, input);
  return fromClause.length === 0 ? planned : { ...planned, fromClause };
}

function relationAt(range: RangeVar, { queries }: Place, { relations }: PlanInput): Relation | undefined {
  const isQuery = range.schemaname === undefined && queries.has(range.relname ?? '');
  return isQuery ? undefined : relationNamed(range, relations);
}

function namesAt(place: Place, input: PlanInput): Names {
  const { facts } = input;
  return {
    relationOf: (range) => relationAt(range, place, input),
    queryOf: ({ schemaname, relname = '' }) =>
      schemaname === undefined ? place.queries.get(relname) : undefined,
    isRowFunction: (node) => {
      if (!('FuncCall' in node)) return false;
      const name = functionName(node.FuncCall) ?? '';
      return node.FuncCall.over !== undefined || facts.aggregates.has(name) || facts.setReturning.has(name);
    },
  };
}

function planRelation(
  select: SelectStmt,
  range: RangeVar,
  relation: Relation,
  place: Place,
  input: PlanInput,
): SelectStmt {
  if ((range.alias?.colnames ?? []).length > 0)
    throw new Refusal('columns of a view keep their names', 'Name results with AS instead.', {
      RangeVar: range,
    });
  const alias = range.alias?.aliasname ?? relation.name;
  const scope = blockScope(relation, alias, input.facts, input.isUtc);
  const judge = (condition: Node, values: Leaf): Judged => judged(condition, values, place, input);
  const planned = planBlock({ select, scope, judge, isTop: place.isTop });
  place.leaves.push(planned.leaf);
  const from = leafRange(planned.leaf, place.leaves.length);
  const { fromClause: _, ...rest } = planned.select;
  return { ...planSubqueries(rest, { ...place, isTop: false }, input), fromClause: [from] };
}

/** The combinations of values that meet a condition, as a statement over the values that there are. */
function judged(condition: Node, values: Leaf, place: Place, input: PlanInput): Judged {
  const { keys } = values;
  // What looks at no column holds for every row or for none.
  const leaves: Leaf[] = keys.length === 0 ? [] : [values];
  const where = planSubqueries(spelledOut(condition, place), { ...place, isTop: false, leaves }, input);
  const shown = keys.length === 0 ? [integer(1)] : keys.map((key) => shownKey(key, values.alias));
  const select: SelectStmt = {
    distinctClause: [{} as Node],
    targetList: shown.map((val) => ({ ResTarget: { val } })),
    ...(keys.length === 0 ? {} : { fromClause: [leafRange(values, 1)] }),
    whereClause: where,
    op: 'SETOP_NONE',
    limitOption: 'LIMIT_OPTION_DEFAULT',
  };
  return { keys, query: { sql: sqlOf({ SelectStmt: select }), leaves } };
}

/** Days in the one form that is read again, whatever the session's DateStyle. */
function shownKey({ kind, name }: Key, alias: string): Node {
  const value = column(alias, name);
  return kind === 'dimension' ? value : call('to_char', value, text('YYYY-MM-DD'));
}

/** A condition is judged in a statement of its own, where WITH has given nothing a name. */
function spelledOut<T>(tree: T, { queries }: Pick<Place, 'queries'>): T {
  return mapTree(tree, (node) => {
    if (!('RangeVar' in node) || node.RangeVar.schemaname !== undefined) return undefined;
    const { relname = '', alias } = node.RangeVar;
    const query = queries.get(relname);
    if (query === undefined) return undefined;
    const others = new Map([...queries].filter(([name]) => name !== relname));
    const subquery: Node = { SelectStmt: spelledOut(query, { queries: others }) };
    return { RangeSubselect: { subquery, alias: alias ?? { aliasname: relname } } };
  });
}

function planFrom(from: Node, place: Place, input: PlanInput): Node {
  if ('JoinExpr' in from) {
    const { larg, rarg, quals, ...rest } = from.JoinExpr;
    return {
      JoinExpr: {
        ...rest,
        ...(larg === undefined ? {} : { larg: planFrom(larg, place, input) }),
        ...(rarg === undefined ? {} : { rarg: planFrom(rarg, place, input) }),
        ...(quals === undefined ? {} : { quals: planSubqueries(quals, place, input) }),
      },
    };
  }
  if ('RangeSubselect' in from) {
    const query = selectOf(from.RangeSubselect.subquery);
    if (query === undefined) return from;
    return {
      RangeSubselect: { ...from.RangeSubselect, subquery: { SelectStmt: planSelect(query, place, input) } },
    };
  }
  if ('RangeVar' in from && relationAt(from.RangeVar, place, input) !== undefined)
    throw new Refusal(
      `${from.RangeVar.relname ?? 'a view'} is joined row by row, and measures do not hold for single rows`,
      'Aggregate each view in a subquery, (SELECT ... FROM view GROUP BY ...), and join those.',
      from,
    );
  return planSubqueries(from, place, input);
}

function planSubqueries<T>(tree: T, place: Place, input: PlanInput): T {
  const { isRowFunction } = namesAt(place, input);
  return mapTree(tree, (node) => {
    const asked = askedOnce(node, isRowFunction);
    if (asked !== undefined) return planSubqueries(asked, place, input);
    const query = selectOf(node);
    return query === undefined ? undefined : { SelectStmt: planSelect(query, place, input) };
  });
}
