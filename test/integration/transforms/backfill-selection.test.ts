import { expect, test } from 'vitest';
import { projectFolder } from '../../support/platform-parts.ts';
import { openTransformRig } from '../../support/transform-rig.ts';
import { lineRow, orderRow, paymentRow, productRow } from '../../support/shop-rows.ts';

test('name+ means the same with --exclude as without: what is made from it is taken along, not a target', async () => {
  await using rig = await openTransformRig(projectFolder);
  await rig.take([productRow(1, '1'), orderRow(2, '1'), lineRow(3, '1', '1'), paymentRow(4, '1', '1')]);
  await rig.transforms.stage();
  await rig.transforms.build();
  const damage = (mart: string): Promise<unknown> =>
    rig.warehouse.execute(`update marts.${mart} set channel = 'lost'`);
  const mended = async (input: object): Promise<unknown> => {
    const result = await rig.ask('transform.backfill', { from: '2026-01-01', chunk: '365d', ...input });
    return result.rows.flatMap(({ model, added }) => (Number(added) > 0 ? [model] : []));
  };
  // Orders are made from lines: taken along, they are computed again where lines change, and here none does.
  await damage('fct_orders');
  expect(await mended({ select: ['fct_order_lines+'] })).toEqual([]);
  expect(await mended({ select: ['fct_order_lines+'], exclude: ['dim_date'] })).toEqual([]);
  expect(await mended({ select: ['fct_order_lines', 'fct_orders'], exclude: ['dim_date'] })).toEqual([
    'fct_orders',
  ]);
  // What is excluded is neither a target nor taken along.
  await damage('fct_order_lines');
  expect(await mended({ select: ['fct_order_lines+'], exclude: ['fct_orders'] })).toEqual([
    'fct_order_lines',
  ]);
  await damage('fct_orders');
  await damage('fct_payments');
  expect(await mended({ select: ['fct_orders', 'fct_payments'], exclude: ['fct_orders'] })).toEqual([
    'fct_payments',
  ]);
  // What is no name is a selection, all of whose models are targets.
  expect(await mended({ select: ['1+fct_orders', 'fct_payments'], exclude: ['fct_payments'] })).toEqual([
    'fct_orders',
  ]);
  await expect(mended({ select: ['fct_orders'], exclude: ['fct_orders'] })).rejects.toMatchObject({
    code: 'TRANSFORM_BACKFILL_INVALID',
  });
});
