import { afterEach, expect, test } from 'vitest';
import type { CheckResult } from '../../../../transforms/engine/checks/check.ts';
import { mostFailingRows, shownRows } from '../../../../transforms/engine/checks/failing-rows.ts';
import { recordChecks } from '../../../../transforms/engine/checks/record.ts';
import { pruneResults } from '../../../../transforms/engine/quality/retention.ts';
import { openCheckWorld, makeDataTest } from '../../../support/check-world.ts';
import type { CheckWorld } from '../../../support/check-world.ts';
import { makeModel, makeProject } from '../../../support/project-parts.ts';

const column = (name: string, classification?: string) => ({
  name,
  description: '',
  dataType: 'varchar',
  constraints: [],
  tags: [],
  meta: classification === undefined ? {} : { classification },
});

const project = makeProject([
  makeModel('m', {
    columns: [column('id'), column('email', 'personal'), column('note', 'secret-of-some-new-kind')],
    tests: [makeDataTest('m', 'not_null', { column: 'amount', config: { severity: 'warn' } })],
  }),
]);

let world: CheckWorld;
afterEach(() => world.warehouse.close());

async function open(rows: number): Promise<void> {
  const tuple = (index: number): string => `(${index + 1}, 'a@b.c', 'hush', null)`;
  world = await openCheckWorld(project, {
    m: {
      columns: 'id bigint, email varchar, note varchar, amount bigint',
      key: 'id',
      published: [],
      added: Array.from({ length: rows }, (_, index) => tuple(index)),
    },
  });
}

const run = { id: 'r1', version: 7n, stageStep: 1n };

test('the rows behind a warning are kept as JSON, bounded, and without what is personal or unheard of', async () => {
  await open(mostFailingRows + 10);
  const results = [...(await world.check()).values()];
  await recordChecks(world.warehouse, run, results, '2026-03-01T10:00:00.000Z');
  expect(
    await world.warehouse.query(
      "select unique_id, kind, severity, status, failures, version from _meta.check_result where status <> 'pass'",
    ),
  ).toEqual([
    {
      unique_id: 'test.shopwave.not_null_m_amount',
      kind: 'not_null',
      severity: 'warn',
      status: 'warn',
      failures: BigInt(mostFailingRows + 10),
      version: 7n,
    },
  ]);
  const kept = await world.warehouse.query('select row_text from _meta.check_failure order by ordinal');
  expect(kept).toHaveLength(mostFailingRows);
  expect(JSON.parse(String(kept[0]?.['row_text']))).toEqual({ id: '1', amount: null });
});

test('of rows whose columns nobody has classified only what tells them apart is kept', () => {
  const check = { kind: 'unique', model: 'shop.customers', keys: ['customer_id'] };
  const row = { _position: '01', customer_id: 4n, _data: '{"name":"X"}', name: 'X', phone: '1' };
  expect(shownRows(project, check, [row])).toEqual([{ _position: '01', customer_id: 4n }]);
});

test('nothing is written of rows where nothing failed', async () => {
  await open(0);
  const written: string[] = [];
  const session = {
    ...world.warehouse,
    execute: (sql: string, params?: Parameters<typeof world.warehouse.execute>[1]) => {
      written.push(sql);
      return world.warehouse.execute(sql, params);
    },
  };
  await recordChecks(session, run, [passed('a')], '2026-03-01T10:00:00.000Z');
  expect(written).toHaveLength(1);
});

test('results go after 400 days; of passes older than a month one a day stays', async () => {
  await open(0);
  const record = async (at: string, results: readonly CheckResult[]): Promise<void> =>
    recordChecks(world.warehouse, { ...run, id: at }, results, at);
  const failed: CheckResult = { ...passed('b'), status: 'warn', failures: 1, rows: [{ id: 1n }] };
  for (const at of ['2024-01-01T10:00:00Z', '2025-12-01T10:00:00Z', '2025-12-01T11:00:00Z'])
    await record(at, [passed('a'), failed]);
  for (const at of ['2025-12-01T12:00:00Z', '2026-02-20T10:00:00Z', '2026-02-20T11:00:00Z'])
    await record(at, [passed('a')]);
  const context = {
    ...world.context,
    clock: { ...world.context.clock, now: () => new Date('2026-03-01T00:00:00Z') },
  };
  expect(await pruneResults(context)).toBe(4);
  const left = await world.warehouse.query(
    "select name || ' ' || run_id as what from _meta.check_result order by 1",
  );
  expect(left.map(({ what }) => what)).toEqual([
    'a 2025-12-01T12:00:00Z',
    'a 2026-02-20T10:00:00Z',
    'a 2026-02-20T11:00:00Z',
    'b 2025-12-01T10:00:00Z',
    'b 2025-12-01T11:00:00Z',
  ]);
  const rows = await world.warehouse.query('select distinct run_id from _meta.check_failure');
  expect(rows).toHaveLength(2);
});

function passed(name: string): CheckResult {
  return {
    uniqueId: `test.shopwave.${name}`,
    model: 'm',
    name,
    kind: 'not_null',
    severity: 'error',
    status: 'pass',
    failures: 0,
    message: undefined,
    samples: [],
    rows: [],
    sql: '',
    refs: ['m'],
    storedIn: undefined,
    definition: undefined,
  };
}
