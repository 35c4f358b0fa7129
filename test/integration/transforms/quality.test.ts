import { expect, test } from 'vitest';
import { qualityPage } from '../../../cli/quality/page.ts';
import { reportRows } from '../../../cli/quality/rows.ts';
import { seedProject } from './seed-project.ts';
import type { SeedProject } from './seed-project.ts';

const files = {
  'seeds/rates.csv': 'currency,rate\nEUR,1.1\nGBP,1.3\n<b>,1.5\n',
  'models/marts/rate_keyed.sql':
    "select currency, rate from {{ ref('rates') }} where {{ touched('currency') }}",
  'models/marts/rate_sum.sql': "select count(*) as id, sum(rate) as total from {{ ref('rate_keyed') }}",
  'models/models.yml': `models:
  - name: rate_keyed
    description: 'By touched key.'
    config:
      materialized: incremental
      incremental_strategy: keys_touched
      unique_key: currency
      meta: { touch_key: currency, touched_by: { rates: currency } }
    columns:
      - name: currency
        data_tests:
          - accepted_values: { name: known, arguments: { values: [EUR, GBP] }, config: { severity: warn } }
  - { name: rate_sum, description: 'Of all.', config: { materialized: table, unique_key: id } }
`,
};

async function built(): Promise<SeedProject> {
  const project = await seedProject(files);
  await (await project.open()).build();
  return project;
}

test('a row changed behind the engine’s back is drift, and so is one that is lost; nothing is published', async () => {
  await using project = await built();
  const transforms = await project.open();
  const before = await transforms.drift();
  expect(before.checks.map(({ model, status }) => [model, status])).toEqual([
    ['rate_keyed', 'pass'],
    ['rate_sum', 'pass'],
  ]);
  await project.warehouse.execute("update marts.rate_keyed set rate = 9 where currency = 'EUR'");
  await project.warehouse.execute("delete from marts.rate_keyed where currency = 'GBP'");
  const { checks } = await transforms.drift({ models: new Set(['rate_keyed']) });
  expect(checks).toMatchObject([{ model: 'rate_keyed', status: 'fail', failures: 2 }]);
  expect(checks[0]?.rows).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ row: 'currency=EUR', rate: '9.0 -> 1.1' }),
      expect.objectContaining({ row: 'currency=GBP', difference: 'the mart lacks it' }),
    ]),
  );
  expect((await transforms.publication())?.version).toBe(1);
  expect(
    await project.rows(
      "select schema_name from information_schema.schemata where schema_name like 'delta_%'",
    ),
  ).toEqual([]);
  expect(
    await project.rows(
      "select status, failures from _meta.check_result where kind = 'drift' and model = 'rate_keyed' order by checked_at",
    ),
  ).toEqual(['pass 0', 'fail 2']);
});

test('what was edited and not built is no drift, and is said to be left out', async () => {
  await using project = await built();
  await project.write({
    'models/marts/rate_sum.sql': "select count(*) as id, 2 * sum(rate) as total from {{ ref('rate_keyed') }}",
  });
  const { checks, left } = await (await project.open()).drift();
  expect(checks.map(({ model }) => model)).toEqual(['rate_keyed']);
  expect(left).toEqual([{ model: 'rate_sum', why: 'it was edited and not built since' }]);
});

test('the report tells every check over time, with the rows behind a failure, and its page escapes them', async () => {
  await using project = await built();
  const transforms = await project.open();
  await project.write({ 'seeds/rates.csv': 'currency,rate\nEUR,1.2\nGBP,1.3\n<b>,1.5\n' });
  await (await project.open()).build();
  const report = await transforms.qualityReport(new Date(Date.now() - 86_400_000));
  const known = report.checks.find(({ name }) => name === 'known');
  expect(known).toMatchObject({
    model: 'rate_keyed',
    kind: 'accepted_values',
    severity: 'warn',
    failed: { version: 1, rows: [{ currency: '<b>', rate: expect.anything() as unknown }] },
  });
  expect(known?.points.reduce((sum, { runs }) => sum + runs, 0)).toBe(2);
  expect(report.grain).toBe('hour');
  const page = qualityPage(report);
  expect(page).toContain('<td>&lt;b&gt;</td>');
  expect(page).not.toContain('<b></td>');
  expect(page).not.toMatch(/https?:\/\/|<script|src=|@import/);
  expect(page).toContain('prefers-color-scheme: dark');
  expect(page).toContain('<rect class="warn"');
  const [rows, { json }] = reportRows(report, { age: String, notPassed: false });
  expect(rows.filter(({ what }) => what === 'check').map(({ name }) => name)).toContain('known');
  expect(json).toContainEqual(expect.objectContaining({ what: 'check', name: 'known' }));
});

test('since when a check has its outcome is the first run after the last other outcome', async () => {
  await using project = await built();
  const transforms = await project.open();
  const result = async (at: string, status: string): Promise<void> => {
    await project.warehouse.execute(
      `insert into _meta.check_result (run_id, model, name, status, failures, checked_at, unique_id)
       values ('r', 'm', 'odd', '${status}', 1, '${at}', 'test.x.odd')`,
    );
  };
  await result('2026-01-01 10:00:00', 'fail');
  await result('2026-01-02 10:00:00', 'pass');
  await result('2026-01-03 10:00:00', 'warn');
  await result('2026-01-04 10:00:00', 'warn');
  const since = async (): Promise<unknown> => {
    const { checks } = await transforms.qualityReport(new Date('2026-01-01T00:00:00Z'));
    return checks.find(({ name }) => name === 'odd');
  };
  expect(await since()).toMatchObject({
    status: 'warn',
    since: '2026-01-03T10:00:00.000Z',
    checkedAt: '2026-01-04T10:00:00.000Z',
  });
  await result('2026-01-05 10:00:00', 'pass');
  expect(await since()).toMatchObject({ status: 'pass', since: '2026-01-05T10:00:00.000Z' });
});
