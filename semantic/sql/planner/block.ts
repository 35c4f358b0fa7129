import type { Node, SelectStmt } from '@pgsql/types';
import type { MeasureColumn } from '../relations/relation.ts';
import { pathOf, walk } from './ast.ts';
import type { BlockScope } from './block-scope.ts';
import { demandOf, demandOfGroup, emptyDemand, keysOf } from './demand.ts';
import type { Demand } from './demand.ts';
import type { Leaf, PlannedBlock } from './leaf.ts';
import { expanded, orAny, resultMeant, sortedBy } from './outputs.ts';
import { Refusal } from './refusal.ts';
import { groupingOf, rewriteAggregates } from './regroup.ts';
import { withName } from './result-names.ts';
import { countingRows } from './counts.ts';
import { rowsOfSelect } from './single-rows.ts';
import { topRows } from './top-rows.ts';
import { leafOf, parted, whereOf } from './where.ts';
import type { Judge, Where } from './where.ts';

/** What planning a block needs of the statement around it. */
export interface BlockInput {
  readonly select: SelectStmt;
  readonly scope: BlockScope;
  /** The statement's own result, which nothing is computed of any more. */
  readonly isTop: boolean;
  readonly judge: Judge;
}

export function planBlock(input: BlockInput): PlannedBlock {
  const { scope } = input;
  const { whereClause: _, ...asked }: SelectStmt = {
    ...input.select,
    targetList: expanded(input.select.targetList ?? [], scope),
  };
  mustNotBeWhole({ ...input.select, targetList: asked.targetList ?? [] }, scope);
  const { own, outer } = parted(input.select.whereClause, scope);
  const where = whereOf(own, scope, input.judge);
  if (isAggregated(asked, scope)) {
    if (outer !== undefined) refuseOuter(outer);
    return planAggregated(countingRows(asked, scope), where, scope);
  }
  // What depends on the row around is judged for each of those, over values that are there once for all of them.
  const select = outer === undefined ? asked : { ...asked, whereClause: outer };
  if (isDistinct(select)) return planDistinct(select, where, scope);
  return rowsOfSelect(select, where, scope, input.isTop);
}

/** `row_to_json(finance)`: a row has every column, of which Cube is asked for those that are named. */
function mustNotBeWhole(select: SelectStmt, { alias, relation }: BlockScope): void {
  const { sortClause, groupClause, ...rest } = select;
  const results = new Set(
    (select.targetList ?? []).map(withName).map((each) => 'ResTarget' in each && each.ResTarget.name),
  );
  const isResult = (name: string): boolean => results.has(name);
  const look = (tree: unknown, isOther: (name: string) => boolean): void =>
    walk(tree, (node) => {
      const [name = '', star] = 'ColumnRef' in node ? pathOf(node.ColumnRef) : [];
      if (name !== alias || (star ?? '*') !== '*') return 'into';
      if (star === undefined && (relation.columns.has(name) || isOther(name))) return 'into';
      throw new Refusal(
        `a whole row of ${relation.name} cannot be used as one value`,
        'Name the columns, or take whole rows of a subquery that names them.',
        node,
      );
    });
  look(Object.values(rest), () => false);
  look([sortClause, groupClause], isResult);
}

function refuseOuter(condition: Node): never {
  throw new Refusal(
    'a subquery over a view is aggregated for each row of the query around it',
    'Write it as a join of two aggregated subqueries.',
    condition,
  );
}

function isAggregated(select: SelectStmt, scope: BlockScope): boolean {
  if ((select.groupClause ?? []).length > 0 || select.havingClause !== undefined) return true;
  let found = false;
  walk([select.targetList, select.sortClause], (node) => {
    found ||= scope.aggregateOf(node) !== undefined;
    return 'SubLink' in node ? 'past' : 'into';
  });
  return found;
}

function isDistinct({ distinctClause = [], targetList, sortClause }: SelectStmt): boolean {
  const [first] = distinctClause;
  const isPlain = first !== undefined && Object.keys(first).length === 0;
  let hasWindow = false;
  walk([targetList, sortClause], (node) => {
    hasWindow ||= 'FuncCall' in node && node.FuncCall.over !== undefined;
    return 'into';
  });
  return isPlain && !hasWindow;
}

function planAggregated(select: SelectStmt, where: Where, scope: BlockScope): PlannedBlock {
  const demand = emptyDemand();
  const groups = (select.groupClause ?? []).map((group) =>
    scope.columnOf(group) === undefined ? (resultMeant(group, select.targetList) ?? group) : group,
  );
  for (const group of groups) demandOfGroup(group, scope, demand);
  if (groups.length > 0 && demand.dimensions.size + demand.times.size === 0 && !demand.hasGroupingSets)
    throw new Refusal(
      'there is nothing of the relation to group by',
      'Leave GROUP BY out for one total.',
      groups,
    );
  demandOfOutputs(select, scope, demand);
  mustCountRows(demand, where, scope);
  const grouping = groupingOf(demand, scope, select.groupClause ?? select.targetList);
  const top = grouping.regroup === undefined ? topRows(select, grouping.keys, scope) : {};
  const leaf = leafOf(scope, where, { keys: grouping.keys, measures: [...demand.measures.keys()], ...top });
  mustFitTogether([...demand.measures.values()], leaf);
  if (grouping.keys.length === 0 && (demand.hasValues || demand.measures.size === 0))
    throw new Refusal(
      'nothing of the relation is aggregated',
      `Aggregate a dimension or a measure of ${scope.relation.name}, or leave FROM out.`,
      select.targetList,
    );
  const rewritten = rewriteAggregates(
    { ...select, targetList: (select.targetList ?? []).map(withName) },
    scope,
    grouping,
  );
  if (grouping.regroup !== undefined) return { leaf, select: rewritten };
  // Each row of the leaf is one of the groups: what was aggregated is a column of it.
  const { groupClause: _, havingClause, ...rest } = rewritten;
  return { leaf, select: { ...rest, ...(havingClause === undefined ? {} : { whereClause: havingClause }) } };
}

/** Whatever is evaluated once rows are grouped. */
function demandOfOutputs(select: SelectStmt, scope: BlockScope, demand: Demand): void {
  demandOf(select.targetList, scope, demand);
  demandOf(select.havingClause, scope, demand);
  demandOf(select.windowClause, scope, demand);
  demandOf(sortedBy(select), scope, demand);
}

function mustCountRows(demand: Demand, where: Where, { relation }: BlockScope): void {
  const rows = relation.columns.get(relation.rowCount ?? '');
  if (!demand.countsRows || rows?.kind !== 'measure') return;
  const used = [...demand.dimensions, ...demand.times.keys(), ...where.columns];
  const several = used.find((name) => rows.multipliedBy.has(name));
  if (several === undefined) return;
  throw new Refusal(
    `rows of ${relation.name} are not rows of ${several}, so COUNT(*) could mean either`,
    `Write MEASURE(${rows.name}), or another measure that says what is counted.`,
  );
}

/** Cube joins measures of several periods by what they are split by, and drops rows that one of them lacks. */
function mustFitTogether(measures: readonly MeasureColumn[], leaf: Leaf): void {
  const [first, ...others] = measures;
  const other = others.find(({ period }) => period !== first?.period);
  if (first !== undefined && other !== undefined)
    throw new Refusal(
      `${first.name} and ${other.name} are of different periods, and not every row has both`,
      'Ask for each in a subquery of its own, and join the two.',
    );
  const date = first?.lookingBackBy;
  const days = date === undefined ? undefined : leaf.days.get(date);
  if (days === undefined || (days.from !== undefined && days.to !== undefined)) return;
  throw new Refusal(
    `${first?.name} looks back from its days, so it needs both a first and a last one`,
    `Write WHERE ${date} BETWEEN ... AND ....`,
  );
}

function planDistinct(select: SelectStmt, where: Where, scope: BlockScope): PlannedBlock {
  const demand = emptyDemand();
  demandOfOutputs(select, scope, demand);
  demandOf(select.whereClause, scope, demand);
  const { keys } = keysOf(demand);
  return { leaf: leafOf(scope, where, { keys: orAny(keys, scope) }), select };
}
