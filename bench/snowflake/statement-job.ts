import process from 'node:process';
import { systemClock } from '../../lib/clock.ts';
import { silentLogger } from '../../lib/logger.ts';
import { openSnowflakeWarehouse } from '../../warehouse/snowflake/open.ts';
import { bareConnection, bareQuery, target } from './target.ts';

// The same statement, alternately by the bare driver and by the adapter, in rounds; one line with the medians.

const given = target.parse(JSON.parse(process.argv[2] ?? ''));
/** Until the code of both is compiled, as it is in a process that runs for days. */
const warmUps = 160;
const rounds = 160;
const statementsARound = 25;
const sql = 'select 1 as a, 2 as b';

const connection = await bareConnection(given);
const { privateKeyPath, ...rest } = given;
const warehouse = await openSnowflakeWarehouse(
  { ...rest, auth: { kind: 'key-pair', privateKeyPath } },
  { clock: systemClock, logger: silentLogger },
);

async function timed(work: () => Promise<unknown>): Promise<number> {
  const before = performance.now();
  for (let index = 0; index < statementsARound; index += 1) await work();
  return (performance.now() - before) / statementsARound;
}

const bare: number[] = [];
const adapter: number[] = [];
const both = [
  async () => bare.push(await timed(() => bareQuery(connection, sql))),
  async () => adapter.push(await timed(() => warehouse.query(sql))),
];
for (let round = 0; round < warmUps; round += 1) for (const each of both) await each();
[bare, adapter].forEach((times) => times.splice(0));
for (let round = 0; round < rounds; round += 1) {
  // Whoever goes second meets a warmer machine.
  for (const each of round % 2 === 0 ? both : [...both].reverse()) await each();
}
await warehouse.close();
await new Promise<void>((resolve) => connection.destroy(() => resolve()));

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

const ratio = median(bare.map((ms, index) => (adapter[index] ?? 0) / ms));
process.stdout.write(`${JSON.stringify({ bareMs: median(bare), adapterMs: median(adapter), ratio })}\n`);
