import { expect, test } from 'vitest';
import type { DuckdbWarehouse } from '../../../warehouse/duckdb/open.ts';
import { openTransforms } from '../../support/platform-parts.ts';
import { appendBatch } from '../../support/raw-log.ts';
import { customerRow, orderRow, sellerRow } from '../../support/shop-rows.ts';

const dimensions = { dim_channel: 'channel', dim_geography: 'country', dim_currency: 'currency' } as const;

async function members(warehouse: DuckdbWarehouse): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const [model, column] of Object.entries(dimensions)) {
    const isUsed = model === 'dim_currency' ? 'is_inferred and not is_standing' : 'not is_standing';
    const rows = await warehouse.query(
      `select ${column} as v from marts.${model} where ${isUsed} order by 1`,
    );
    found[column] = rows.map((row) => String(row['v'])).join(' ');
  }
  return found;
}

test('members of dimensions of values come with the first fact that names them and go with the last', async () => {
  const { warehouse, transforms } = await openTransforms();
  const load = async (from: number, entries: Parameters<typeof appendBatch>[1]['entries']): Promise<void> => {
    await appendBatch(warehouse, { id: `b${from}`, from, to: from + 9, entries });
    await transforms.stage();
  };
  try {
    await load(0, [
      orderRow(1, '1', { ship_country: 'SE' }),
      orderRow(2, '2', { channel: 'kiosk', currency: 'XXQ', ship_country: 'Atlantis' }),
      orderRow(3, '3', { channel: 'kiosk', currency: 'XXQ', ship_country: null }),
      customerRow(4, '1', { country: 'DE' }),
      sellerRow(5, '1', { country: 'FR' }),
    ]);
    await transforms.build();
    const all = { channel: 'kiosk web', country: 'Atlantis DE FR SE', currency: 'XXQ' };
    expect(await members(warehouse)).toEqual(all);
    expect(
      await warehouse.query(
        `select country, country_name, is_inferred from marts.dim_geography
         where country in ('SE', 'Atlantis') order by 1`,
      ),
    ).toEqual([
      { country: 'Atlantis', country_name: 'Atlantis', is_inferred: true },
      { country: 'SE', country_name: 'Sweden', is_inferred: false },
    ]);

    // One of two leaves, a first one comes, another is only changed: the changed one touches no member.
    await load(10, [
      orderRow(11, '1', { ship_country: 'SE', status: 'paid' }),
      { table: 'orders', op: 'd', position: 12, data: { id: '3' } },
      orderRow(13, '4', { channel: 'phone', ship_country: 'SE' }),
    ]);
    await transforms.build();
    expect(await members(warehouse)).toEqual({ ...all, channel: 'kiosk phone web' });

    // The last ones leave.
    await load(20, [
      { table: 'orders', op: 'd', position: 21, data: { id: '2' } },
      customerRow(22, '1', { country: 'SE' }),
      sellerRow(23, '1', { country: 'US' }),
    ]);
    await transforms.build();
    // The versions of the past still name their countries.
    const last = { channel: 'phone web', country: 'DE FR SE US', currency: '' };
    expect(await members(warehouse)).toEqual(last);
    await transforms.build({ fullRefresh: true });
    expect(await members(warehouse)).toEqual(last);
  } finally {
    await warehouse.close();
  }
});

test('a batch that names nothing new computes no member, and so reads no fact for one', async () => {
  const { warehouse, transforms } = await openTransforms();
  const flags = async (): Promise<string[]> => {
    const rows = await Promise.all(
      Object.keys(dimensions).map((model) =>
        warehouse.query(`select '${model}' as m from marts.${model} where is_standing is null`),
      ),
    );
    return rows.flat().map((row) => String(row['m']));
  };
  try {
    await appendBatch(warehouse, { id: 'b1', from: 0, to: 9, entries: [orderRow(1, '1')] });
    await transforms.stage();
    await transforms.build();
    // A member that is computed again would lose the mark.
    for (const [model, column] of Object.entries(dimensions))
      await warehouse.execute(
        `update marts.${model} set is_standing = null where ${column} in ('web', 'DE', 'USD')`,
      );
    await appendBatch(warehouse, { id: 'b2', from: 9, to: 19, entries: [orderRow(11, '2')] });
    await transforms.stage();
    await transforms.build();
    expect(await flags()).toEqual(Object.keys(dimensions));
  } finally {
    await warehouse.close();
  }
});
