import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Warehouse } from '../../../warehouse/warehouse.ts';
import { openStar } from '../../support/four-source-star.ts';
import type { Star } from '../../support/four-source-star.ts';

let star: Star;
beforeAll(async () => {
  star = await openStar();
}, 600_000);
afterAll(() => star[Symbol.asyncDispose]());

const watched = {
  mart: 'fct_order_events',
  day: 'event_date',
  joined: [{ mart: 'dim_product', on: 'product_key', key: 'product_key', columns: ['category'] }],
};

/** As if the next publication had put one product's row in the place of another, with these columns replaced. */
async function publishProduct(inside: Warehouse, key: string, replaced: string): Promise<void> {
  const { version = 0 } = (await star.transforms.publication()) ?? {};
  for (const [image, columns] of [
    ['before', '*'],
    ['after', `* replace (${replaced})`],
  ] as const)
    await inside.execute(
      `insert into feed.dim_product select ${columns}, ${version + 1}, '${image}' from marts.dim_product where product_key = ${key}`,
    );
  await inside.execute(
    `update _meta.model_state set changed_at_step = ${version + 1} where model = 'dim_product'`,
  );
  await inside.execute(
    `insert into _meta.publication select * replace (${version + 1} as version, 'next' as run_id) from _meta.publication where version = ${version}`,
  );
}

async function sold(inside: Warehouse): Promise<{ key: string; months: string[] }> {
  const rows = await inside.query(
    `select cast(product_key as varchar) as key, cast(cast(date_trunc('month', event_date) as date) as varchar) as month
     from marts.fct_order_events where product_key > 0 group by 1, 2 order by 1, 2`,
  );
  const key = String(rows[0]?.['key']);
  return { key, months: rows.filter((row) => String(row['key']) === key).map((row) => String(row['month'])) };
}

it('a change of a used column of what is joined counts for the months of the rows that it is joined to', async () => {
  const { version = 0 } = (await star.transforms.publication()) ?? {};
  await star.within(async (inside) => {
    const { key, months } = await sold(inside);
    expect(await star.transforms.martChanges([watched], version)).toEqual({ version, months: [new Set()] });
    await publishProduct(inside, key, `'another' as category`);
    expect(await star.transforms.martChanges([watched], version)).toEqual({
      version: version + 1,
      months: [new Set(months)],
    });
  });
});

it('a change of any other column of it counts for none', async () => {
  const { version = 0 } = (await star.transforms.publication()) ?? {};
  await star.within(async (inside) => {
    await publishProduct(inside, (await sold(inside)).key, "timestamp '2026-05-05' as valid_to");
    expect((await star.transforms.martChanges([watched], version)).months).toEqual([new Set()]);
  });
});

it('what is older than the feeds, or rebuilt since, may have changed everywhere', async () => {
  const { version = 0 } = (await star.transforms.publication()) ?? {};
  await star.within(async (inside) => {
    expect((await star.transforms.martChanges([watched], 0)).months).toEqual(['all']);
    await inside.execute(
      `update _meta.model_state set rebuilt_at_step = ${version + 1} where model = 'dim_product'`,
    );
    expect((await star.transforms.martChanges([watched], version)).months).toEqual(['all']);
  });
});
