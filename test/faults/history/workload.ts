import { Client } from 'pg';
import type { CapturedTable } from '../../../ingest/postgres/shop-tables.ts';
import type { Random } from '../../../simulator/world/random.ts';

/** Tables whose rows know a law of their own, or carry what is hard to capture. */
export const historySchema = `
  create table accounts (id int primary key, balance numeric not null);
  create table docs (id int primary key, body text, meta jsonb, n int, secret text);
  alter table docs alter body set storage external;
  create table keyed (a int, b text, at timestamptz, list int[], primary key (a, b));
  create table scratch (id int primary key, x double precision);
  insert into accounts select n, 1000 from generate_series(1, 20) n;
  insert into docs select n, repeat(md5(n::text), 120), '{"v": 1}', 0, 'not captured' from generate_series(1, 30) n;
  insert into keyed select n, 'b' || n, now(), array[n, null] from generate_series(1, 30) n;`;

export const historyTables: readonly CapturedTable[] = [
  { table: 'accounts', key: ['id'], columns: ['id', 'balance'] },
  { table: 'docs', key: ['id'], columns: ['id', 'body', 'meta', 'n'] },
  { table: 'keyed', key: ['a', 'b'], columns: ['a', 'b', 'at', 'list'] },
  { table: 'scratch', key: ['id'], columns: ['id', 'x'] },
];

/** The sum of all balances, after every transaction. */
export const totalBalance = 20_000;

type Step = (random: Random) => string;

const doc = (random: Random): number => random.integer(1, 60);
const body = (random: Random): string =>
  `repeat(md5('${random.integer(1, 1e9)}'), ${random.integer(90, 300)})`;

/** What the application does, by how often. Statements may change no row: others have been there first. */
const steps: ReadonlyArray<readonly [number, Step]> = [
  [20, transfer],
  [
    8,
    (r) =>
      `insert into docs values (${doc(r)}, ${body(r)}, '{"v": ${r.integer(1, 9)}}', 0) on conflict do nothing`,
  ],
  // The body stays out of line and is not repeated in the log.
  [14, (r) => `update docs set n = n + 1 where id = ${doc(r)}`],
  [5, (r) => `update docs set body = ${body(r)} where id = ${doc(r)}`],
  [
    5,
    (r) =>
      `update docs set id = ${doc(r) + 60} where id = ${doc(r)} and not exists (select from docs where id > 60)`,
  ],
  [
    4,
    (r) =>
      `update docs set id = ${doc(r)} where id > 60 and not exists (select from docs where id = ${doc(r)})`,
  ],
  [5, (r) => `delete from docs where id = ${doc(r)}`],
  [3, (r) => `update docs set secret = 's${r.integer(1, 99)}' where id = ${doc(r)}`],
  [6, (r) => `insert into keyed values (${r.integer(1, 50)}, 'k', 'infinity', '{}') on conflict do nothing`],
  [6, (r) => `update keyed set b = b || 'x' where a = ${r.integer(1, 50)} and length(b) < 20`],
  [3, (r) => `delete from keyed where a = ${r.integer(1, 50)}`],
  [
    6,
    (r) =>
      `insert into scratch select n, random() from generate_series(${r.integer(1, 500)}, 520) n on conflict do nothing`,
  ],
  [2, () => 'truncate scratch'],
  [1, (r) => `alter table docs add column if not exists extra_${r.integer(1, 4)} int default 7`],
  [1, () => 'alter table accounts alter id type bigint'],
  [1, () => 'alter table keyed alter b type varchar(80)'],
];

function transfer(random: Random): string {
  const amount = `${random.integer(1, 50)}.${random.integer(0, 99)}`;
  const [from, to] = [random.integer(1, 20), random.integer(1, 20)];
  return `update accounts set balance = balance - ${amount} where id = ${from};
          update accounts set balance = balance + ${amount} where id = ${to}`;
}

/** One transaction of a few statements; some are rolled back. */
export function nextTransaction(random: Random): string {
  const statements = Array.from({ length: random.integer(1, 4) }, () => {
    const [, step] = random.weighted(steps, ([weight]) => weight) ?? steps[0] ?? [0, transfer];
    return step(random);
  });
  const end = random.chance(0.08) ? 'rollback' : 'commit';
  return `begin; ${statements.join('; ')}; ${end}`;
}

/** Runs transactions until told to stop; a server that goes away is waited for. */
export async function runWorkload(
  url: () => string,
  random: Random,
  signal: AbortSignal,
): Promise<{ readonly transactions: number }> {
  let client: Client | undefined;
  let transactions = 0;
  while (!signal.aborted) {
    try {
      client ??= await open(url());
      await client.query(nextTransaction(random));
      transactions += 1;
    } catch {
      // A conflict, or a server that was killed: what was not committed never happened.
      await client?.end().catch(() => {});
      client = undefined;
    }
    await new Promise((resolve) => setTimeout(resolve, random.integer(0, 4)));
  }
  await client?.end().catch(() => {});
  return { transactions };
}

async function open(url: string): Promise<Client> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 2000 });
  client.on('error', () => {});
  await client.connect();
  return client;
}
