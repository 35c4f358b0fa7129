import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'pg';
import { expect, test } from 'vitest';
import { ensureShop } from '../../cli/local/empty-shop.ts';
import { startEmbeddedPostgres } from '../../cli/local/embedded-postgres.ts';
import { silentLogger } from '../../lib/logger.ts';
import { ignoreProgress } from '../../lib/progress.ts';
import { createDataFolder, launch, run } from '../support/command.ts';

interface OwnShop {
  readonly url: string;
  readonly query: (sql: string) => Promise<unknown>;
  readonly [Symbol.asyncDispose]: () => Promise<void>;
}

/** A shop on a server of its own, with one order. */
async function openShop(): Promise<OwnShop> {
  const dir = await mkdtemp(path.join(os.tmpdir(), 'shopwave-drift-'));
  const server = await startEmbeddedPostgres({
    dataDir: path.join(dir, 'postgres'),
    ownFolder: dir,
    logger: silentLogger,
    onProgress: ignoreProgress,
  });
  await server.ensureDatabase('shop');
  const url = server.url('shop');
  await ensureShop(url);
  const pool = new Pool({ connectionString: url });
  pool.on('error', () => {});
  await pool.query(`
    insert into sellers values (1, 'S', 'DE', 0.1, now(), now());
    insert into products values (1, 1, 'sku', 'Title', 'toys', 'goods', 10, 'EUR', true, now(), now());
    insert into customers values (1, 'a@example.com', 'A', 'DE', null, null, 'new', now(), now())`);
  return {
    url,
    query: (sql) => pool.query(sql),
    [Symbol.asyncDispose]: async () => {
      await pool.end();
      await server.stop();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

const order = (id: number, more: string): string => `
  insert into orders (id, order_number, customer_id, channel, currency, status, placed_at, updated_at${more === '' ? '' : ', gift_note'})
    values (${id}, 'o${id}', 1, 'web', 'EUR', 'placed', now(), now()${more === '' ? '' : `, '${more}'`});
  insert into order_lines values (${id}, ${id}, 1, 1, 2, 10, 0, 0, now(), now())`;

test('a new column waits until it is allowed; a renamed one holds its marts, and nothing is filled with nulls', async () => {
  await using shop = await openShop();
  await using folder = await createDataFolder();
  const dir = ['--data-dir', folder.path];
  await shop.query(order(1, ''));
  const started = launch([
    'start',
    '--source-url',
    shop.url,
    '--simulator',
    'off',
    '--tick',
    '2s',
    '--port',
    '0',
    ...dir,
  ]);
  await started.line(/Publication 1/);
  const until = async (args: readonly string[], wanted: RegExp): Promise<string> => {
    let text = '';
    for (let left = 45; left > 0 && !wanted.test(text); left -= 1) {
      const { stdout, stderr } = await run([...args, ...dir]);
      text = stdout + stderr;
      await sleep(500);
    }
    expect(text).toMatch(wanted);
    return text;
  };

  await shop.query('alter table orders add gift_note text');
  await until(['schema', 'diff'], /column_added +gift_note/);
  const planned = await run(['schema', 'allow', 'shop.orders.gift_note', '--dry-run', ...dir]);
  expect(planned.stdout).toMatch(/alter publication/i);
  await until(['schema', 'diff'], /column_added +gift_note/);
  const allowed = await run(['schema', 'allow', 'shop.orders.gift_note', ...dir]);
  expect(allowed.code, allowed.stderr).toBe(0);
  await shop.query(order(2, 'for Ann, card 4242 4242 4242 4242'));
  const notes = "select data ->> 'gift_note' as note from raw.shop__orders where (data ->> 'id') = '2'";
  const landed = await until(['warehouse', 'query', notes], /for Ann/);
  expect(landed).toMatch(/\[PAN:/);
  expect(landed).not.toContain('4242');

  const refused = await run(['schema', 'allow', 'shop.payments.card_last4', ...dir]);
  expect(refused.stderr).toContain('SCHEMA_CARD_DATA');

  await shop.query('alter table products rename title to name');
  await until(['transform', 'held'], /dim_product.*column_renamed title/);
  const titles = await run([
    'warehouse',
    'query',
    'select title from marts.dim_product where product_id = 1',
    ...dir,
  ]);
  expect(titles.stdout).toContain('Title');
  await shop.query('alter table products rename name to title');
  const diff = JSON.parse((await run(['schema', 'diff', '-o', 'json', ...dir])).stdout) as Array<{
    id: number;
    table: string;
  }>;
  for (const { id } of diff.filter(({ table }) => table === 'products')) {
    expect((await run(['schema', 'resolve', String(id), '--reason', 'renamed back', ...dir])).code).toBe(0);
  }
  // Capture stopped while the column had another name, and wants to be told that all is well again.
  const mended = await run(['sources', 'postgres', 'resync', ...dir]);
  expect(mended.code, mended.stderr).toBe(0);
  await shop.query("update products set title = 'Better', updated_at = now()");
  await until(['warehouse', 'query', 'select title from marts.dim_product'], /Better/);
  expect((await run(['transform', 'held', ...dir])).stdout).not.toContain('dim_product');

  // A column that is taken off is not filled with nulls: what is made from it waits for a decision.
  expect((await run(['schema', 'deny', 'shop.orders.channel', ...dir])).code).toBe(0);
  await shop.query(order(3, 'x'));
  await until(['transform', 'held'], /fct_orders/);
  const channels = ['warehouse', 'query', 'select distinct channel from marts.fct_orders'];
  expect((await run([...channels, ...dir])).stdout).toMatch(/web/);
  await until(['status'], /open schema changes/);
  const back = await run(['schema', 'allow', 'shop.orders.channel', '--as', 'allow', ...dir]);
  expect(back.code, back.stderr).toBe(0);
  await until(['warehouse', 'query', 'select count(*) as n from marts.fct_orders'], /\n3\n/);
  expect((await run([...channels, ...dir])).stdout.trim().split('\n').slice(2)).toEqual(['web']);

  // A whole table goes: it is taken off, and the others go on.
  await shop.query('drop table adjustments');
  const taken = await run(['schema', 'deny', 'shop.adjustments', ...dir]);
  expect(taken.code, taken.stderr).toBe(0);
  await shop.query(order(4, 'y'));
  await until(['warehouse', 'query', 'select count(*) as n from marts.fct_orders'], /\n4\n/);
  started.child.kill('SIGINT');
  expect((await started.finished).code).toBe(0);
});
