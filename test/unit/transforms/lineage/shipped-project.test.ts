import { beforeAll, expect, test } from 'vitest';
import { columnWays } from '../../../../cli/transform/lineage.ts';
import type { ModelLineage } from '../../../../transforms/engine/lineage/column-lineage.ts';
import { edgesOf, trace } from '../../../../transforms/engine/lineage/impact.ts';
import { projectLineage } from '../../../../transforms/engine/lineage/project-lineage.ts';
import { loadProject } from '../../../../transforms/engine/project/load-project.ts';
import type { Project } from '../../../../transforms/engine/project/model.ts';
import { projectFolder } from '../../../support/platform-parts.ts';

/** Columns of marts that come from no source, and why. */
const constants: Readonly<Record<string, readonly string[]>> = {
  // Whether a member is inferred is said by the branch that makes it: false, true, true.
  dim_customer: ['is_inferred'],
  dim_product: ['is_inferred'],
  // The calendar is made from a range of dates.
  dim_date: [
    'date_key',
    'date_day',
    'year',
    'quarter',
    'month',
    'month_name',
    'week',
    'day_of_week',
    'is_weekend',
  ],
  // A count of rows reads no column.
  fct_orders: ['line_count'],
};

let project: Project;
let lineage: ModelLineage[];

beforeAll(async () => {
  project = await loadProject(projectFolder);
  lineage = await projectLineage(project);
}, 180_000);

test('every column of every mart traces to a column of a source, or is a constant that is listed', () => {
  expect(lineage.filter(({ problem }) => problem !== undefined)).toEqual([]);
  const edges = edgesOf(lineage);
  const untraced: Record<string, string[]> = {};
  for (const { model, columns } of lineage) {
    if (project.models.get(model)?.layer !== 'marts') continue;
    for (const { column } of columns) {
      const way = trace(edges, { relation: model, column }, 'upstream');
      if (way.some(({ from }) => project.sources.has(from.relation))) continue;
      untraced[model] = [...(untraced[model] ?? []), column];
    }
  }
  expect(untraced).toEqual(constants);
});

test('no step names a column that its relation does not have', () => {
  const columns = new Map(
    lineage.map((each) => [each.model, new Set(each.columns.map(({ column }) => column))]),
  );
  const unknown = edgesOf(lineage).filter(
    ({ from }) =>
      !project.sources.has(from.relation) && columns.get(from.relation)?.has(from.column) !== true,
  );
  expect(unknown).toEqual([]);
});

test('inlined models are steps of their own, and a source field is named as the source has it', async () => {
  const onWarning = (): void => {};
  const { edges } = await columnWays({ name: 'int_order_lines__amounts', direction: 'upstream', onWarning });
  const steps = edges.map(
    ({ from, to, kind }) => `${from.relation}.${from.column} ${kind} ${to.relation}.${to.column}`,
  );
  expect(steps).toContain('shop.order_lines.id direct stg_shop__order_lines.order_line_id');
  expect(new Set(edges.map(({ to }) => to.relation))).toEqual(
    new Set(['int_order_lines__amounts', 'stg_shop__order_lines', 'stg_shop__orders']),
  );
  const column = await columnWays({ name: 'fct_order_lines.quantity', direction: 'upstream', onWarning });
  const columnSteps = column.edges.map(
    ({ from, to, kind }) => `${from.relation}.${from.column} ${kind} ${to.relation}.${to.column}`,
  );
  expect(columnSteps).toContain('shop.order_lines.quantity direct stg_shop__order_lines.quantity');
  expect(columnSteps).toContain('int_order_lines__amounts.quantity direct fct_order_lines.quantity');
  await expect(
    columnWays({ name: 'int_order_lines__amonts', direction: 'upstream', onWarning }),
  ).rejects.toMatchObject({
    code: 'CLI_NOT_FOUND',
    message: expect.stringContaining('did you mean int_order_lines__amounts?'),
  });
});
