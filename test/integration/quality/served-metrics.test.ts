import { afterAll, beforeAll, expect, test } from 'vitest';
import { metricSource } from '../../../dags/operators/metric-source.ts';
import { silentLogger } from '../../../lib/logger.ts';
import { createDuckdbReader } from '../../../semantic/server/duckdb-driver.ts';
import { createSemantic } from '../../../semantic/server/semantic.ts';
import { metricTruths } from '../../../transforms/engine/quality/metric-truth.ts';
import type { CheckResult } from '../../../transforms/engine/checks/check.ts';
import { openStar } from '../../support/four-source-star.ts';
import type { Star } from '../../support/four-source-star.ts';
import { editedModel, modelDir } from '../semantic/support.ts';

let star: Star;
beforeAll(async () => {
  star = await openStar();
}, 600_000);
afterAll(() => star[Symbol.asyncDispose]());

/** What R9 says of the marts under some model of the semantic layer. */
async function compared(folder: string): Promise<readonly CheckResult[]> {
  const semantic = await createSemantic({
    openReader: (cube) => createDuckdbReader(cube, star.warehouse.instance),
    modelDir: folder,
    logger: silentLogger,
    publication: await star.transforms.publication(),
  });
  try {
    return await star.transforms.checkMetrics(metricSource(semantic));
  } finally {
    await semantic.stop();
  }
}

const red = (checks: readonly CheckResult[]): readonly string[] =>
  checks.filter(({ status }) => status !== 'pass').map(({ model, name }) => `${model}.${name}`);

test('every governed metric is compared, and is what the marts say', async () => {
  const checks = await compared(modelDir);
  expect(red(checks)).toEqual([]);
  expect(checks.map(({ name }) => name).toSorted()).toEqual(
    metricTruths.map(({ metric }) => `r9_${metric}`).toSorted(),
  );
  const { checks: told } = await star.transforms.qualityReport(new Date('2026-03-01'));
  expect(told.filter(({ kind }) => kind === 'metric')).toHaveLength(metricTruths.length);
});

test('a metric that forgets returns is told with the days on which it differs, and blocks nothing', async () => {
  await using edited = await editedModel('cubes/order_events.yml', (text) =>
    text.replace('"{CUBE}.event_type = \'refund\'"', '"{CUBE}.event_type = \'refunded\'"'),
  );
  const checks = await compared(edited.modelDir);
  expect(red(checks)).toEqual(['fct_order_events.r9_returns', 'fct_order_events.r9_refund_rate']);
  const [returns] = checks.filter(({ name }) => name === 'r9_returns');
  expect(returns).toMatchObject({ status: 'warn', severity: 'warn' });
  expect(returns?.rows).toContainEqual({ date: '2026-03-08', currency: 'USD', served: '0', mart: '25' });
});

test('a governed metric that nobody has said a second time is no pass', async () => {
  const source = { metrics: () => Promise.resolve(['brand_new']), ask: () => Promise.resolve([]) };
  expect(await star.transforms.checkMetrics(source)).toMatchObject([
    { name: 'r9_brand_new', status: 'warn', failures: 1 },
  ]);
});
