import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { writeCatalogue } from '../../../cli/metrics/docs.ts';
import { findingsFor } from '../../../cli/metrics/preview.ts';
import { testMetrics } from '../../../cli/metrics/test.ts';
import { textsOf } from '../../../cli/metrics/trial-input.ts';
import type { MartDoc } from '../../../semantic/docs/catalogue.ts';
import type { OperationResult } from '../../../cli/operations/operation.ts';
import { ownModel } from '../../../cli/semantic-settings.ts';

let root: string;
let model: string;
beforeAll(async () => {
  root = await mkdtemp(path.join(os.tmpdir(), 'shopwave-analyst-'));
  model = path.join(root, 'model');
  await cp(ownModel, model, { recursive: true });
  const file = path.join(model, 'cubes/order_events.yml');
  const text = await readFile(file, 'utf8');
  await writeFile(file, text.replace("{CUBE}.event_type = 'sale'", "{CUBE}.event_type in ('sale', 'void')"));
});
afterAll(() => rm(root, { recursive: true }));

const onWarning = (): void => undefined;

function rowsOf(result: OperationResult): Extract<OperationResult, { readonly kind: 'rows' }> {
  if (result.kind !== 'rows') throw new Error('it has no rows');
  return result;
}

it('the product’s golden queries pass on the product’s model', async () => {
  const { rows, failure } = rowsOf(
    await testMetrics({ modelFolder: ownModel, goldenFolder: undefined, metrics: [] }),
  );
  expect(failure).toBeUndefined();
  expect(rows.length).toBeGreaterThan(5);
  expect(new Set(rows.map(({ result }) => result))).toEqual(new Set(['passed']));
});

it('a metric that was changed fails with what it is and what it should be, and where that is written', async () => {
  const { rows, failure } = rowsOf(
    await testMetrics({ modelFolder: model, goldenFolder: undefined, metrics: ['gmv'] }),
  );
  expect(rows[0]).toMatchObject({
    result: 'failed',
    where: expect.stringMatching(/golden\.yml:\d+$/),
    difference: expect.stringContaining('gmv is 201.10, expected 301.20'),
  });
  expect(failure).toMatchObject({ code: 'CLI_METRIC_TESTS_FAILED', where: rows[0]?.['where'] });
});

it('a model’s own golden queries come before the product’s; a metric that says it has one and has not is told', async () => {
  const golden = path.join(root, 'own');
  await cp(path.join(ownModel, '../golden'), golden, { recursive: true });
  await writeFile(
    path.join(golden, 'golden.yml'),
    "- what: mine\n  query: { metrics: [gmv] }\n  rows: [{ gmv: '201.10' }]\n",
  );
  const { rows } = rowsOf(await testMetrics({ modelFolder: model, goldenFolder: golden, metrics: [] }));
  expect(rows[0]).toMatchObject({ test: 'mine', result: 'passed' });
  expect(rows).toContainEqual(
    expect.objectContaining({
      test: 'aov',
      result: 'missing',
      where: expect.stringMatching(/\.yml:\d+:\d+$/),
    }),
  );
  await expect(
    testMetrics({ modelFolder: model, goldenFolder: path.join(root, 'none'), metrics: [] }),
  ).rejects.toMatchObject({ code: 'CLI_FILE_UNREADABLE' });
});

it('a preview says what is wrong with the file of the metric, and of no other', async () => {
  const { folder, files } = await textsOf(ownModel);
  const broken = files.map(({ fileName, content }) => ({
    fileName,
    content: fileName.startsWith('cubes/o') ? content.replace('tests: [r9, golden]', 'tests: [r9]') : content,
  }));
  const findings = await findingsFor('gmv', { folder, files: broken }, onWarning);
  expect(findings.map(({ where }) => where)).toEqual([
    expect.stringMatching(/^cubes\/order_events\.yml:\d+:11$/),
  ]);
  expect(await findingsFor('finance.gmv', { folder, files }, onWarning)).toEqual([]);
});

it('the catalogue page holds every metric with meaning, statement, mart, lineage and tests, and asks no network', async () => {
  const out = path.join(root, 'site/docs');
  const { rows } = rowsOf(await writeCatalogue({ modelFolder: ownModel, out, onWarning }));
  const html = await readFile(path.join(out, 'metrics.html'), 'utf8');
  expect(html).not.toMatch(/(?:src|href)="https?:|@import|__[A-Z]+__/);
  const data = /<script type="application\/json" id="data">(.*?)<\/script>/s.exec(html)?.[1] ?? '';
  const { views, marts } = JSON.parse(data) as {
    readonly views: readonly { readonly metrics: readonly Record<string, unknown>[] }[];
    readonly marts: readonly Pick<MartDoc, 'name' | 'columns' | 'upstream'>[];
  };
  const metrics = views.flatMap((view) => view.metrics);
  expect(metrics.length).toBe(rows[0]?.['metrics']);
  expect(metrics.filter(({ statements, mart, tests }) => !statements || !mart || !tests)).toEqual([]);
  const aov = metrics.find(({ name }) => name === 'aov');
  expect(aov).toMatchObject({
    member: 'finance.aov',
    mart: 'fct_order_events',
    columns: expect.arrayContaining(['amount_minor', 'event_type']),
    meta: { denominator: expect.stringMatching(/./), owner: 'finance' },
    tests: expect.arrayContaining([expect.stringMatching(/^r9_aov/), expect.stringMatching(/^golden: /)]),
    statements: [{ sql: expect.stringContaining('marts.fct_order_events') }],
  });
  const mart = marts.find(({ name }) => name === 'fct_order_events');
  expect(mart?.upstream).toEqual(expect.arrayContaining(['stg_shop__orders', 'shop.orders']));
  const amount = mart?.columns.find(({ name }) => name === 'amount_minor');
  expect(amount?.from.length).toBeGreaterThan(0);
});
