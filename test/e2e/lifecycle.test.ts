import { once } from 'node:events';
import pg from 'pg';
import { expect, test } from 'vitest';
import { processState } from '../../cli/process/identity.ts';
import { createDataFolder, launch, postmasterOf, run } from '../support/command.ts';

test('a supervisor is the only one on its folder, is killed, resumes with its history, and stops leaving nothing', async () => {
  await using folder = await createDataFolder();
  const dir = ['--data-dir', folder.path];
  const options = ['start', '--backlog', '2000', '--tick', '2s', '--port', '0', ...dir];
  const first = launch(options);
  expect(await first.line(/publication \d+ .*(equal|TRUTH)/)).toContain('all equal to the truth');

  const [, page = ''] = /Metrics to look at: (\S+)/.exec(first.output()) ?? [];
  for (const address of [page, `${page}/page.js`]) expect((await fetch(address)).status).toBe(200);

  const [, sqlPort = ''] = /Metrics in SQL: +psql -h 127.0.0.1 -p (\d+) shopwave/.exec(first.output()) ?? [];
  const sql = new pg.Client({ host: '127.0.0.1', port: Number(sqlPort), user: 'ana', database: 'shopwave' });
  await sql.connect();
  const { rows: counted } = await sql.query('select measure(orders) as n from operations');
  expect(Number(counted[0]?.n)).toBeGreaterThan(100);
  await sql.end();

  const refused = await run(['start', '--port', '0', ...dir]);
  expect(refused.code).toBe(1);
  expect(refused.stderr).toContain('CLI_ALREADY_RUNNING');
  expect(refused.stderr).toContain(`process ${first.child.pid}`);

  const rows = await run([
    'warehouse',
    'query',
    'select count(*) as n from marts.fct_orders',
    '-o',
    'json',
    ...dir,
  ]);
  expect(JSON.parse(rows.stdout)[0].n).toBeGreaterThan(100);
  const forbidden = await run(['warehouse', 'query', 'drop table marts.fct_orders', ...dir]);
  expect([forbidden.code, forbidden.stderr]).toEqual([1, expect.stringContaining('WAREHOUSE_NOT_READ_ONLY')]);

  const server = (await postmasterOf(folder.path)) ?? 0;
  first.child.kill('SIGKILL');
  await once(first.child, 'exit');
  expect(processState(server)).toBe('alive');

  const second = launch(options);
  expect(await second.line(/gmv +[\d.,]+ +[\d.,]+ /)).toContain('equal');
  expect(await second.line(/publication \d+ .*(equal|TRUTH)/)).toContain('all equal to the truth');
  expect(second.output()).not.toContain('simulator backlog');
  expect(processState(server)).not.toBe('alive');

  second.child.kill('SIGINT');
  const { code } = await second.finished;
  expect(code).toBe(0);
  expect(await folder.processes()).toEqual([]);
});

test('Ctrl-C in the middle of the first load stops at once and leaves nothing running; the next start completes', async () => {
  await using folder = await createDataFolder();
  const options = [
    'start',
    '--once',
    '--json',
    '--backlog',
    '20000',
    '--port',
    '0',
    '--data-dir',
    folder.path,
  ];
  const first = launch(options);
  await first.line(/simulator backlog/);
  first.child.kill('SIGTERM');
  const stopped = await first.finished;
  expect(stopped.stderr).toContain('CLI_INTERRUPTED');
  expect([stopped.code, stopped.stdout]).toEqual([130, '']);
  expect(await folder.processes()).toEqual([]);
  const second = await run(options);
  expect(second.code).toBe(0);
  const { metrics } = JSON.parse(second.stdout);
  expect(metrics.gmv.value).toBe(metrics.gmv.truth);
});

test('--fresh after a kill stops the server that was left behind before it deletes its files', async () => {
  await using folder = await createDataFolder();
  const options = ['start', '--backlog', '200', '--port', '0', '--data-dir', folder.path];
  const first = launch(options);
  await first.line(/simulator backlog/);
  const server = (await postmasterOf(folder.path)) ?? 0;
  first.child.kill('SIGKILL');
  await first.finished;
  expect(processState(server)).toBe('alive');
  const second = await run([...options, '--fresh', '--once']);
  expect(second.code).toBe(0);
  expect(processState(server)).not.toBe('alive');
  expect(await folder.processes()).toEqual([]);
});
