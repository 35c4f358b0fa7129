import { expect, test } from 'vitest';
import { rawColumns } from '../../../warehouse/raw-table.ts';
import {
  quarantineDiscard,
  quarantineList,
  quarantineReplay,
  quarantineShow,
} from '../../../cli/operations/quarantine.ts';
import type { Operation, OperationContext, OperationResult } from '../../../cli/operations/operation.ts';
import type { Platform } from '../../../cli/wire.ts';
import { ignoreProgress } from '../../../lib/progress.ts';
import { openTransforms } from '../../support/platform-parts.ts';
import { appendBatch } from '../../support/raw-log.ts';
import { paymentRow } from '../../support/shop-rows.ts';

type RowsResult = Extract<OperationResult, { readonly kind: 'rows' }>;

test('rows in quarantine are listed, shown, tried again and given up', async () => {
  const { warehouse, transforms } = await openTransforms();
  const parts: Partial<Platform> = { transforms: () => Promise.resolve(transforms) };
  const context: OperationContext = {
    platform: parts as Platform,
    onProgress: ignoreProgress,
    signal: new AbortController().signal,
  };
  const ask = async (operation: Operation, input: object = {}): Promise<RowsResult> => {
    const result = await operation.invoke(input, context);
    if (result.kind !== 'rows') throw new Error('no rows');
    return result;
  };
  expect(await ask(quarantineList)).toMatchObject({ rows: [] });
  expect((await ask(quarantineReplay)).notes).toEqual(['nothing stands open in quarantine']);

  const entries = ['NaN', 'Infinity'].map((amount, index) =>
    paymentRow(index + 1, String(index + 1), '1', { amount }),
  );
  await appendBatch(warehouse, { id: 'b1', from: 0, to: 2, entries });
  await transforms.stage();
  const columns = rawColumns.map(({ name, type }) => `${name} ${type === 'json' ? 'json' : type}`);
  await warehouse.execute(`create table raw.shop___quarantine (${columns.join(', ')})`);
  await warehouse.execute(
    `insert into raw.shop___quarantine values ('{"table":"orders","key":"7","reason":"CARD_NUMBER","column":"note"}',
       'u', '00000000000000AA', 3, null, 's', null, 'b1', 'f', timestamp '2026-01-01 00:00:00')`,
  );
  const listed = await ask(quarantineList);
  expect(listed.rows).toMatchObject([
    { table: 'shop.payments', column: 'amount', key: '1', reason: 'VALUE_INVALID', status: 'open' },
    { table: 'shop.payments', column: 'amount', key: '2', status: 'open' },
    { id: null, table: 'shop.orders', column: 'note', key: '7', reason: 'CARD_NUMBER', status: 'landing' },
  ]);
  expect(listed.notes).toEqual([
    expect.stringMatching(/^stg_shop__payments: 2 row\(s\) in quarantine since .*, 2 key\(s\) stale for it$/),
  ]);
  const [one, two] = listed.rows.map((row) => String(row['id']));
  const shown = await ask(quarantineShow, { id: one });
  expect(shown.rows).toContainEqual({
    name: 'message',
    value: 'amount (DECIMAL(14,2)) cannot take its value',
  });
  await expect(ask(quarantineShow, { id: '0'.repeat(32) })).rejects.toMatchObject({ code: 'CLI_NOT_FOUND' });
  await expect(ask(quarantineShow, { id: "' or 1=1" })).rejects.toMatchObject({
    code: 'CLI_OPERATION_INPUT',
  });

  await warehouse.execute(
    `update raw.shop__payments set data = json_merge_patch(data, '{"amount":"5.00"}') where data->>'$.id' = '1'`,
  );
  const replayed = await ask(quarantineReplay);
  expect(replayed.rows.map((row) => `${row['key']} ${row['status']}`)).toEqual(['1 replayed', '2 open']);
  expect(replayed.notes?.[0]).toContain('1 of 2 row(s) are out of quarantine, 1 staged row(s) changed');
  expect((await ask(quarantineDiscard, { ids: [two], dryRun: true })).notes?.[0]).toContain('a dry run');
  expect((await ask(quarantineList)).rows).toHaveLength(2);
  expect((await ask(quarantineDiscard, { ids: [two] })).notes).toEqual(['1 row(s) were given up']);
  expect((await ask(quarantineList)).rows).toHaveLength(1);
  expect((await ask(quarantineList, { all: true })).rows).toHaveLength(3);
  await warehouse.close();
});
