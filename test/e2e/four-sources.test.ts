import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createDataFolder, launch, run } from '../support/command.ts';

interface Fact {
  readonly what: string;
  readonly value: string;
}

test('all four sources are read by a start, each says how fresh it is, and their ids agree', async () => {
  await using folder = await createDataFolder();
  const dir = ['--data-dir', folder.path];
  const started = launch(['start', '--backlog', '600', '--tick', '5s', '--port', '0', ...dir]);
  await started.line(/source +where +complete up to/);
  const facts = async (): Promise<Map<string, string>> => {
    const { stdout } = await run(['status', '-o', 'json', ...dir]);
    return new Map((JSON.parse(stdout) as Fact[]).map(({ what, value }) => [what, value]));
  };
  const sources = ['shop', 'stripe', 'shopify', 'zendesk'];
  for (let left = 120; left > 0; left -= 1) {
    const known = await facts();
    if (sources.every((source) => known.get(`source ${source}`)?.endsWith('behind') === true)) break;
    await sleep(1000);
  }
  const told = await facts();
  expect(sources.map((source) => told.get(`source ${source}`))).toEqual([
    expect.stringMatching(/^embedded, .* behind$/),
    ...sources.slice(1).map(() => expect.stringMatching(/^simulated, .* behind$/)),
  ]);
  const ask = async (sql: string): Promise<Array<Record<string, number>>> =>
    JSON.parse((await run(['warehouse', 'query', sql, '-o', 'json', ...dir])).stdout) as Array<
      Record<string, number>
    >;
  for (let left = 60; left > 0; left -= 1) {
    const { stdout } = await run([
      'warehouse',
      'query',
      'select count(*) as n from raw.stripe__charges',
      '-o',
      'json',
      ...dir,
    ]);
    if (/"n": *[1-9]/.test(stdout)) break;
    await sleep(1000);
  }
  // Every charge has its order, every ticket too; amounts are those of the shop, to the cent.
  const [agree] = await ask(`
    select count(*) as charges,
      count(*) filter (where o.id is null) as without_order,
      (select count(*) from raw.zendesk__tickets as t
       where (t.data ->> 'external_id') not in (select data ->> 'id' from raw.shop__orders)) as lost_tickets
    from raw.stripe__charges as c
    left join (select distinct data ->> 'id' as id from raw.shop__orders) as o
      on o.id = (c.data -> 'metadata' ->> 'order_id')`);
  expect(agree?.['charges']).toBeGreaterThan(50);
  expect(agree).toMatchObject({ without_order: 0, lost_tickets: 0 });
  started.child.kill('SIGINT');
  expect((await started.finished).code).toBe(0);
});
