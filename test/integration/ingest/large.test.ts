import process from 'node:process';
import { expect, test } from 'vitest';
import { fold, readAllManifests, readLines } from './archive.ts';
import { openRig } from './rig.ts';

// Minutes and gigabytes: SHOPWAVE_SLOW=1.
const isAsked = process.env['SHOPWAVE_SLOW'] === '1';
const items = { table: 'items', key: ['id'], columns: ['id', 'n', 'body'] };
const schema = 'create table items (id int primary key, n int, body text)';

/** How much the process grows while something runs, in MiB. */
async function growth(work: () => Promise<unknown>): Promise<number> {
  const before = process.memoryUsage().rss;
  let peak = before;
  const watch = setInterval(() => (peak = Math.max(peak, process.memoryUsage().rss)), 20);
  await work().finally(() => clearInterval(watch));
  return (peak - before) / 1_048_576;
}

test.runIf(isAsked)('a transaction of two million rows in flat memory', async () => {
  await using rig = await openRig(schema, [items]);
  await rig.capture().setup();
  const rows = `select i, i, repeat(md5(i::text), 8) from generate_series`;
  await rig.shop.pool.query(`insert into items ${rows}(1, 200000) i`);
  const small = await growth(() => rig.capture().capture());
  await rig.shop.pool.query(`insert into items ${rows}(200001, 2200000) i`);
  let changes = 0;
  const large = await growth(async () => (changes = (await rig.capture().capture()).changes));
  expect(changes).toBe(2_000_000);
  process.stdout.write(
    `200,000 rows: ${small.toFixed(0)} MiB more; 2,000,000 rows: ${large.toFixed(0)} MiB more\n`,
  );
  expect(large).toBeLessThan(Math.max(60, small * 1.5));
});

test.runIf(isAsked)(
  'a field of 600 MB, by stream and by snapshot, and a row that PostgreSQL cannot send',
  async () => {
    await using rig = await openRig(schema, [items]);
    await rig.capture().setup();
    await rig.shop.pool.query(
      `insert into items values (1, 1, repeat('0123456789', 60000000)), (2, 2, 'small')`,
    );
    const streamed = await growth(() => rig.capture().capture());
    const read = await growth(() => rig.capture().resync({ tables: ['items'] }));
    process.stdout.write(
      `600 MB streamed: ${streamed.toFixed(0)} MiB more; read: ${read.toFixed(0)} MiB more\n`,
    );
    const manifests = await readAllManifests(rig.store);
    const rows = fold(await readLines(rig.store, manifests, 'items'), items.key);
    expect([rows.get('["1"]')?.['body'], rows.get('["2"]')?.['body']]).toEqual([null, 'small']);
    const lines = await readLines(rig.store, manifests, '_quarantine');
    expect(lines.map((line) => line.data['bytes'])).toEqual(['600000000', '600000000']);
    expect(lines[0]?.data['sha256']).toBe(lines[1]?.data['sha256']);
    expect(Math.max(streamed, read)).toBeLessThan(200);
    // Its text, with every backslash doubled, is larger than 1 GB.
    await rig.shop.pool.query(`update items set body = repeat('\\', 600000000) where id = 1`);
    await expect(rig.capture().resync({ tables: ['items'] })).rejects.toMatchObject({
      code: 'CAPTURE_ROW_TOO_LARGE',
    });
  },
);
