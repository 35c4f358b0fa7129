import { Client } from 'pg';
import type { CapturedTable } from '../../ingest/postgres/shop-tables.ts';

/** A table in the shape of the shop's order lines, with a note beside: about 310 bytes of log a change. */
export const benchTable: CapturedTable = {
  table: 'bench_lines',
  key: ['id'],
  columns: [
    'id',
    'order_id',
    'line_no',
    'product_id',
    'quantity',
    'unit_price',
    'discount_amount',
    'tax_amount',
    'note',
    'created_at',
    'updated_at',
  ],
};

const schema = `
  create table bench_lines (
    id bigint primary key, order_id bigint not null, line_no int not null, product_id bigint not null,
    quantity int not null, unit_price numeric(12,4) not null, discount_amount numeric(12,2) not null,
    tax_amount numeric(12,2) not null, note text, created_at timestamptz not null, updated_at timestamptz not null);
  -- Transactions of ten rows: six in ten are inserted, most of the rest updated, a few deleted.
  create procedure bench_changes(first_order bigint, orders int) language plpgsql as $$
  begin
    for o in first_order .. first_order + orders - 1 loop
      insert into bench_lines
        select o * 6 + n, o, n, (o * 31 + n * 7) % 90000, 1 + n % 4, 19.99 + n, 1.25, 3.4,
               'placed in shop ' || (o % 40) || ', packed by station ' || n || ', label printed and checked', now(), now()
        from generate_series(0, 5) n;
      update bench_lines set quantity = quantity + 1, updated_at = now()
        where id between (o - 10) * 6 and (o - 10) * 6 + 2;
      delete from bench_lines where id = (o - 50) * 6 + 5;
      commit;
    end loop;
  end $$;`;

/** Makes the table. */
export async function makeTable(url: string): Promise<void> {
  await withClient(url, (client) => client.query(schema));
}

/**
 * The background writer notes running transactions every 15 seconds, from where decoding can start again: at 300 GB a day
 * that is every 52 MB of log. Here the log is written faster, so the notes are made by hand.
 */
const ordersPerSlice = 20_000;

/** Changes rows in many small transactions; resolves to how many rows were changed. */
export async function changeRows(url: string, orders: number): Promise<number> {
  return await withClient(url, async (client) => {
    await client.query('set synchronous_commit = off');
    const before = await writes(client);
    for (let done = 0; done < orders; done += ordersPerSlice) {
      await client.query(
        `call bench_changes(${1_000_000 + done}, ${Math.min(ordersPerSlice, orders - done)})`,
      );
      await client.query('select pg_log_standby_snapshot()');
    }
    // Statistics reach the view at the end of the statement that asks for them.
    await client.query('select pg_stat_force_next_flush()');
    return (await writes(client)) - before;
  });
}

/** Fills the table without a trace of it in what is measured later. */
export async function fillTable(url: string, rows: number): Promise<void> {
  await withClient(url, async (client) => {
    await client.query(
      `insert into bench_lines
       select n, n / 3, n % 3, n % 90000, 1 + n % 4, 19.99, 1.25, 3.4, 'packed by station ' || n % 9, now(), now()
       from generate_series(1, ${rows}) n`,
    );
    await client.query('analyze bench_lines');
  });
}

async function writes(client: Client): Promise<number> {
  const { rows } = await client.query<{ n: string }>(
    "select n_tup_ins + n_tup_upd + n_tup_del as n from pg_stat_user_tables where relname = 'bench_lines'",
  );
  return Number(rows[0]?.n ?? 0);
}

/** Runs work on a connection of its own. */
export async function withClient<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
