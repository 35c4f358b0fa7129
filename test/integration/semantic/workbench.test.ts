import { afterAll, beforeAll, expect, it } from 'vitest';
import { silentLogger } from '../../../lib/logger.ts';
import { ignoreProgress } from '../../../lib/progress.ts';
import { metricsDiff } from '../../../cli/operations/metric-diff.ts';
import { metricsPreview } from '../../../cli/operations/metric-preview.ts';
import type { Operation, OperationContext, OperationResult } from '../../../cli/operations/operation.ts';
import { createDuckdbReader } from '../../../semantic/server/duckdb-driver.ts';
import { readTexts } from '../../../semantic/validate/read-texts.ts';
import type { ModelText } from '../../../semantic/validate/validate.ts';
import { createMarts } from './marts-fixture.ts';
import type { MartsFixture } from './marts-fixture.ts';
import { modelDir } from './support.ts';

interface Edit {
  readonly file: string;
  readonly from: string;
  readonly to: string;
}
type Rows = Extract<OperationResult, { readonly kind: 'rows' }>;

/** So much of the product's model as these tests edit: it compiles in a fraction of the time. */
const parts = /^(?:cubes\/(?:money|order_event|customers|products|payouts)|views\/(?:finance|payouts))/;
const events = 'cubes/order_events.yml';
const finance = 'views/finance.yml';

let marts: MartsFixture;
let own: readonly ModelText[];
beforeAll(async () => {
  marts = await createMarts();
  own = (await readTexts(modelDir)).filter(({ fileName }) => parts.test(fileName));
});
afterAll(() => marts.close());

/** The product's model after some edits. */
function edited(...edits: readonly Edit[]): ModelText[] {
  return own.map(({ fileName, content }) => ({
    fileName,
    content: edits
      .filter(({ file }) => file === fileName)
      .reduce((text, { from, to }) => {
        if (!text.includes(from)) throw new Error(`the edit of ${fileName} changes nothing`);
        return text.replace(from, to);
      }, content),
  }));
}

/** Of the platform what these operations use: the marts, and which publication they are at. */
function context(publications: number): OperationContext {
  let version = 0;
  const platform = {
    logger: silentLogger,
    metricReader: async () => (cube: Parameters<typeof createDuckdbReader>[0]) =>
      createDuckdbReader(cube, marts.instance),
    // Another one at each look, up to so many.
    transforms: async () => ({
      publication: async () => ({ version: Math.min((version += 1), publications) }),
    }),
  };
  return {
    platform: platform as unknown as OperationContext['platform'],
    onProgress: ignoreProgress,
    signal: new AbortController().signal,
  };
}

async function invoke(operation: Operation, input: object, publications = 2): Promise<Rows> {
  const result = await operation.invoke(input, context(publications));
  if (result.kind !== 'rows') throw new Error('it has no rows');
  return result;
}

function diff(now: readonly ModelText[], options: object = {}): Promise<Rows> {
  const [folder, against] = [modelDir, 'main'];
  return invoke(metricsDiff, {
    before: { folder, files: own },
    now: { folder, files: now },
    against,
    ...options,
  });
}

it('what is said otherwise and computed alike is no difference', async () => {
  const { rows, notes, failure } = await diff(
    edited({ file: events, from: 'title: GMV\n', to: 'title: Gross merchandise value\n' }),
  );
  expect([rows, notes, failure]).toEqual([[], ['no number differs from main'], undefined]);
});

it('what is computed otherwise is told with its total and its months, exactly, with all that is made of it', async () => {
  const { rows, failure } = await diff(
    edited({ file: events, from: "{CUBE}.event_type = 'sale'", to: "{CUBE}.event_type in ('sale', 'void')" }),
  );
  const gmv = { metric: 'finance.gmv', change: 'computed otherwise', currency: 'EUR' };
  expect(rows.filter(({ metric }) => metric === 'finance.gmv')).toEqual([
    { ...gmv, period: 'total', before: '301.20', now: '201.10', difference: '-100.10' },
    { ...gmv, period: '2026-01', before: '220.40', now: '120.30', difference: '-100.10' },
  ]);
  expect(new Set(rows.map(({ metric }) => metric))).toEqual(
    new Set(['finance.gmv', 'finance.aov', 'finance.gmv_previous_month']),
  );
  expect(failure).toMatchObject({ code: 'CLI_METRICS_DIFFER' });
});

it('a dimension that is computed otherwise is told, though no total differs', async () => {
  const { rows, failure } = await diff(edited({ file: events, from: 'sql: channel', to: 'sql: country' }));
  expect(rows).toMatchObject([
    { metric: 'finance.channel', change: 'split computed otherwise', period: null },
  ]);
  expect(failure).toMatchObject({
    code: 'CLI_METRICS_DIFFER',
    message: '1 differ from main: finance.channel',
  });
});

it('days narrow what is compared', async () => {
  const sale = {
    file: events,
    from: "{CUBE}.event_type = 'sale'",
    to: "{CUBE}.event_type in ('sale', 'void')",
  };
  const { rows, notes } = await diff(edited(sale), { from: '2026-02-01', to: '2026-02-28' });
  expect(rows.filter(({ metric }) => metric === 'finance.gmv')).toEqual([]);
  expect(notes?.join()).toMatch(/computed otherwise, with the same numbers on this data: .*finance\.gmv/);
});

it('another statement with the same numbers is said, and no failure', async () => {
  const { rows, notes, failure } = await diff(
    edited({
      file: events,
      from: "{CUBE}.event_type in ('sale', 'void')",
      to: "{CUBE}.event_type in ('void', 'sale')",
    }),
  );
  expect([rows, failure]).toEqual([[], undefined]);
  expect(notes?.[0]).toContain('the same numbers on this data: ');
  expect(notes?.[0]).toContain('finance.gross_sales');
});

it('metrics that come, go or are renamed are told as such', async () => {
  const { rows } = await diff(
    edited(
      { file: finance, from: '- refund_rate\n', to: '- name: refund_rate\n            alias: return_rate\n' },
      { file: finance, from: '          - chargebacks\n', to: '' },
      {
        file: 'views/payouts.yml',
        from: 'paid_out, payout_difference',
        to: 'paid_out, { name: paid_out, alias: sent }, payout_difference',
      },
    ),
  );
  const changes = new Map(rows.map(({ metric, change }) => [metric, change]));
  expect([...changes]).toEqual([
    ['finance.return_rate', 'renamed from refund_rate'],
    ['bank.sent', 'added'],
    ['finance.chargebacks', 'removed'],
  ]);
  expect(
    rows.find(({ metric, period }) => metric === 'finance.chargebacks' && period === 'total'),
  ).toMatchObject({
    now: null,
    before: expect.stringMatching(/^-?[\d.]+$/),
  });
});

it('a number that cannot be told is told so, beside those that can', async () => {
  const { notes, failure } = await diff(
    edited({ file: 'cubes/payouts.yml', from: 'sql: amount_minor', to: 'sql: amount_cents' }),
  );
  expect(notes?.join('\n')).toMatch(/bank\.\w+: its numbers cannot be told: .*amount_cents/);
  expect(failure).toMatchObject({ code: 'CLI_METRICS_DIFFER' });
});

it('a model that is no model is refused with its place', async () => {
  await expect(
    diff(edited({ file: events, from: 'tier: certified', to: 'tier: gold' })),
  ).rejects.toMatchObject({
    code: 'SEMANTIC_MODEL_INVALID',
    where: expect.stringMatching(/order_events\.yml:\d+:11$/),
  });
});

it('a metric is previewed by the files alone: numbers, definition and statement', async () => {
  const files = edited({
    file: events,
    from: "{CUBE}.event_type = 'sale'",
    to: "{CUBE}.event_type = 'refund'",
  });
  const { rows, preface, json } = await invoke(metricsPreview, {
    model: { folder: modelDir, files },
    metric: 'gmv',
    by: ['channel'],
    grain: 'month',
  });
  expect(rows).toContainEqual({ date: '2026-02-01', channel: 'web', gmv: '-45.05' });
  expect(preface?.join('\n')).toMatch(/^GMV \(finance\.gmv\), certified, of finance.*event_type = 'refund'/s);
  expect(json).toMatchObject([{ definition: { member: 'finance.gmv' }, rows }]);
});

it('numbers that may be of several publications are told as such', async () => {
  const asked = { model: { folder: modelDir, files: edited() }, metric: 'gmv' };
  expect((await invoke(metricsPreview, asked, 2)).notes).toBeUndefined();
  expect((await invoke(metricsPreview, asked, 99)).notes).toEqual([
    expect.stringContaining('may be of two publications'),
  ]);
});
