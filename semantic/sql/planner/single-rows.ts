import type { SelectStmt } from '@pgsql/types';
import type { Column, MeasureColumn } from '../relations/relation.ts';
import { walk } from './ast.ts';
import type { BlockScope } from './block-scope.ts';
import { demandOf, emptyDemand } from './demand.ts';
import type { Key, PlannedBlock } from './leaf.ts';
import { orAny, sortedBy } from './outputs.ts';
import { Refusal } from './refusal.ts';
import { enoughRows } from './top-rows.ts';
import { leafOf } from './where.ts';
import type { Where } from './where.ts';

/**
 * A SELECT of single rows, as tools preview a table. Measures that add up have a value in each row, its share; others
 * have none, and are left empty only where every column is asked for.
 */
export function rowsOfSelect(
  select: SelectStmt,
  where: Where,
  scope: BlockScope,
  isTop: boolean,
): PlannedBlock {
  const demand = emptyDemand();
  const shown: Column[] = [];
  for (const target of select.targetList ?? []) {
    const value = 'ResTarget' in target ? target.ResTarget.val : undefined;
    const column = value === undefined ? undefined : scope.columnOf(value);
    if (column?.kind === 'measure' || column?.kind === 'segment') shown.push(column);
    else demandOf(value, scope, demand);
  }
  demandOf(sortedBy(select), scope, demand);
  demandOf(select.windowClause, scope, demand);
  demandOf(select.distinctClause, scope, demand);
  demandOf(select.whereClause, scope, demand);
  const used = [...demand.dimensions, ...demand.times.keys(), ...where.columns];
  const measures = shown.filter((each) => each.kind === 'measure').filter((each) => hasShare(each, used));
  const empty = shown.filter((each) => !measures.some(({ name }) => name === each.name));
  const isPreview = new Set([...used, ...shown.map(({ name }) => name)]).size >= scope.relation.columns.size;
  const [strange] = isTop && isPreview ? [] : isTop ? empty : shown;
  if (strange !== undefined) refuse(strange, select);
  const keys: Key[] = [
    ...[...demand.dimensions].map((name) => ({ kind: 'dimension' as const, name })),
    ...[...demand.times.keys()].map((name) => ({ kind: 'date' as const, name })),
  ];
  const leaf = leafOf(scope, where, {
    keys: orAny(keys, scope),
    measures: measures.map(({ name }) => name),
    empty: empty.map(({ name }) => name),
    isUngrouped: true,
    limit: anyRows(select),
  });
  return { leaf, select };
}

function hasShare({ adding, multipliedBy }: MeasureColumn, used: readonly string[]): boolean {
  return adding.kind === 'sum' && !used.some((name) => multipliedBy.has(name));
}

function refuse({ name, kind }: Column, { targetList }: SelectStmt): never {
  if (kind === 'segment')
    throw new Refusal(`${name} is a segment: a condition for WHERE`, `Write WHERE ${name}.`, targetList);
  throw new Refusal(
    `${name} is a measure, which single rows do not have`,
    `Group by dimensions and write MEASURE(${name}).`,
    targetList,
  );
}

/** Rows that are enough where any will do: a limit without an order. */
function anyRows(select: SelectStmt): number | undefined {
  const { sortClause, distinctClause, targetList, whereClause } = select;
  let isPlain = (sortClause ?? distinctClause ?? []).length === 0 && whereClause === undefined;
  walk(targetList, (node) => {
    isPlain &&= !('FuncCall' in node);
    return 'into';
  });
  return isPlain ? enoughRows(select) : undefined;
}
