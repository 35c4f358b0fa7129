import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { OperationCall } from '../../../cli/operations/operation.ts';
import { createProgram } from '../../../cli/program.ts';
import { orderRow } from '../../support/shop-rows.ts';
import { openTransformRig } from '../../support/transform-rig.ts';
import type { TransformRig } from '../../support/transform-rig.ts';
import { writeProject } from '../../unit/transforms/project/temporary-project.ts';
import { smallShop } from './small-shop.ts';

const platform: { rig?: TransformRig } = {};

// What a command sends is carried out by the rig, after the way through JSON that it takes to a supervisor.
vi.mock('../../../cli/run-operation.ts', () => ({
  runOperation: ({ name, input }: OperationCall) =>
    platform.rig?.ask(name, JSON.parse(JSON.stringify(input))),
}));

let scratch = '';
beforeAll(async () => {
  scratch = await mkdtemp(path.join(tmpdir(), 'shopwave-command-'));
  platform.rig = await openTransformRig(await writeProject(smallShop));
  await platform.rig.take([orderRow(1, '1'), orderRow(2, '2', { channel: 'app' })]);
  await writeFile(path.join(scratch, 'keys'), '1\n\n2\n');
});
afterAll(async () => {
  await platform.rig?.[Symbol.asyncDispose]();
  await rm(scratch, { recursive: true, force: true });
});

/** Runs one command line in this process; resolves to what it printed on standard output. */
async function shopwave(...args: readonly string[]): Promise<string> {
  let text = '';
  const out = vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
    text += String(chunk);
    return true;
  });
  const quiet = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  try {
    await (await createProgram()).parseAsync([...args], { from: 'user' });
  } finally {
    out.mockRestore();
    quiet.mockRestore();
  }
  return text;
}

// In this order: each goes on from what the ones before have published.
test.each([
  [['transform', 'run'], 'fct_orders    full'],
  [
    ['transform', 'build', '-s', 'fct_orders', '--threads', '2', '--full-refresh', '-o', 'plain'],
    'fct_orders\tfull\tunchanged',
  ],
  [['transform', 'seed', '--dry-run'], '(no rows)'],
  [
    [
      'transform',
      'test',
      '-s',
      'fct_orders',
      '--exclude',
      'test_type:unit',
      '--indirect-selection',
      'cautious',
    ],
    'not_null_order_id',
  ],
  [['transform', 'show', '-s', 'agg_channels', '--limit', '1', '-o', 'json'], '"channel"'],
  [
    ['transform', 'show', '--inline', "select max(order_id) as newest from {{ ref('fct_orders') }}"],
    'newest',
  ],
  [['transform', 'diff', '-s', 'fct_orders', '--samples', '1'], '(no rows)'],
  [['transform', 'run', '--vars', '{least: 1}', '--dry-run'], 'fct_orders'],
  [['transform', 'retry'], '(no rows)'],
  [['transform', 'rerun', '1', '-s', 'agg_channels', '--dry-run'], '(no rows)'],
  [['transform', 'held'], '(no rows)'],
  [['transform', 'docs', 'generate'], 'index.html'],
  [['transform', 'backfill', '-s', 'fct_orders', '--keys', 'KEYS'], 'fct_orders'],
  [
    ['transform', 'backfill', '-s', 'fct_orders+', '--from', '2026-03-01', '--max-active', '2', '--dry-run'],
    '(no rows)',
  ],
  [['transform', 'backfill', 'list', '-o', 'json'], '"status":"done"'],
])('%j', async (args, words) => {
  const known = args.map((each) => (each === 'KEYS' ? path.join(scratch, 'keys') : each));
  expect(await shopwave(...known)).toContain(words);
});

test('work that did not succeed is shown, and then an error', async () => {
  await expect(shopwave('transform', 'freshness')).rejects.toMatchObject({ code: 'CLI_SOURCES_STALE' });
  await expect(
    shopwave('transform', 'backfill', '-s', 'fct_orders', '--keys', '/nowhere'),
  ).rejects.toMatchObject({
    code: 'CLI_NOT_FOUND',
    where: '/nowhere',
  });
});

test('verbs that need only the files run in place, on a data folder that need not be there', async () => {
  const dir = ['--data-dir', path.join(scratch, 'fresh')];
  expect(await shopwave('transform', 'ls', '-s', 'dim_date', '-o', 'path')).toBe(
    'models/marts/dim_date.sql\n',
  );
  expect(
    await shopwave(
      'transform',
      'ls',
      '-s',
      'source:shop.orders',
      '--resource-type',
      'source',
      '-o',
      'selector',
    ),
  ).toBe('source:shopwave.shop.orders\n');
  expect(await shopwave('transform', 'compile', '-s', 'dim_date', ...dir)).toContain('date_key');
  const compiled = path.join(scratch, 'fresh/target/compiled/shopwave/models/marts/dim_date.sql');
  expect(existsSync(compiled)).toBe(true);
  const lineage = await shopwave('transform', 'lineage', 'dim_date.date_key', '-o', 'json');
  expect(JSON.parse(lineage)).toEqual([]);
});

test('every rendering for Snowflake parses', async () => {
  vi.stubEnv('SHOPWAVE_SNOWFLAKE_ACCOUNT', 'account');
  vi.stubEnv('SHOPWAVE_SNOWFLAKE_USER', 'user');
  const dir = ['--data-dir', path.join(scratch, 'production')];
  const sql = await shopwave('transform', 'compile', '--target', 'production', ...dir);
  expect(sql).toContain("cast(data['id'] as varchar) as number(38,0)");
  vi.unstubAllEnvs();
});
