import { beforeAll, expect, test } from 'vitest';
import { columnWays } from '../../../../cli/transform/lineage.ts';
import type { ModelLineage } from '../../../../transforms/engine/lineage/column-lineage.ts';
import { edgesOf, trace } from '../../../../transforms/engine/lineage/impact.ts';
import { projectLineage } from '../../../../transforms/engine/lineage/project-lineage.ts';
import { loadProject } from '../../../../transforms/engine/project/load-project.ts';
import type { Project } from '../../../../transforms/engine/project/model.ts';
import { projectFolder } from '../../../support/platform-parts.ts';

/** Columns of marts that come from no source and no seed, and why. */
const constants: Readonly<Record<string, readonly string[]>> = {
  // Whether a member is inferred is said by the branch that makes it: false, true, true.
  dim_customer: ['is_inferred'],
  dim_product: ['is_inferred'],
  dim_seller: ['is_inferred'],
  // So is whether it stands for no value at all.
  dim_carrier: ['is_standing'],
  dim_channel: ['is_standing'],
  dim_currency: ['is_standing'],
  dim_geography: ['is_standing'],
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
  // A list of its own.
  dim_payment_method: ['payment_method_key', 'method', 'method_name', 'processor', 'is_card'],
  // Each source's branch says which it is; a count of rows reads no column.
  fct_order_lines: ['source_system'],
  fct_order_events: ['source_system'],
  fct_orders: ['source_system', 'line_count'],
  fct_payments: ['source_system'],
  fct_payouts: ['transaction_count'],
  fct_shipments: ['source_system'],
  fct_support_tickets: ['source_system'],
  agg_backlog_daily: ['opened_orders', 'closed_orders'],
  agg_backlog_moves_daily: ['opened_orders', 'closed_orders'],
  agg_carrier_daily: ['shipments'],
  agg_support_daily: ['opened_tickets', 'solved_tickets', 'deleted_tickets', 'first_replies'],
  agg_support_moves_daily: ['opened_tickets', 'solved_tickets', 'deleted_tickets', 'first_replies'],
};

let project: Project;
let lineage: ModelLineage[];

beforeAll(async () => {
  project = await loadProject(projectFolder);
  lineage = await projectLineage(project);
}, 600_000);

/** Rows come from sources and from seeds. */
function isOrigin(relation: string): boolean {
  return project.sources.has(relation) || project.models.get(relation)?.layer === 'seeds';
}

test('every column of every mart traces to a column of a source, or is a constant that is listed', () => {
  expect(lineage.filter(({ problem }) => problem !== undefined)).toEqual([]);
  const edges = edgesOf(lineage);
  const untraced: Record<string, string[]> = {};
  for (const { model, columns } of lineage) {
    if (project.models.get(model)?.layer !== 'marts') continue;
    for (const { column } of columns) {
      const way = trace(edges, { relation: model, column }, 'upstream');
      if (way.some(({ from }) => isOrigin(from.relation))) continue;
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
    new Set([
      'int_order_lines__amounts',
      'int_shopify_order_lines',
      'int_shopify_order_lines__newest',
      'int_shopify_orders',
      'stg_shop__order_lines',
      'stg_shop__orders',
      'stg_shopify__fulfillments',
      'stg_shopify__order_lines',
      'stg_shopify__orders',
    ]),
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
}, 600_000);
