import { expect, test } from 'vitest';
import { asInterruption } from '../../../cli/commands/verb.ts';
import { cliErrors } from '../../../cli/errors.ts';
import { parseAnswerLine } from '../../../cli/operations/wire-format.ts';
import { rowsResult } from '../../../cli/operations/operation.ts';
import { renderResult } from '../../../cli/output/render.ts';
import { renderTick } from '../../../cli/output/summary.ts';
import { listNodes } from '../../../cli/transform/list.ts';
import { systemClock } from '../../../lib/clock.ts';
import { runErrors } from '../../../transforms/engine/run/errors.ts';
import { writeProject } from '../../unit/transforms/project/temporary-project.ts';
import { smallShop } from './small-shop.ts';

test('rows that hold more than cells cross a process boundary, and are what JSON prints', () => {
  const result = rowsResult([{ model: 'a', sample: 'k=1: v 1 -> 2' }], {
    json: [{ model: 'a', sample: [{ key: { k: '1' }, before: { v: '1' }, after: { v: '2' } }] }],
  });
  const line = parseAnswerLine(JSON.stringify({ type: 'result', result }));
  expect(line).toEqual({ type: 'result', result });
  expect(JSON.parse(renderResult(result, 'json'))).toEqual([
    { model: 'a', sample: [{ key: { k: '1' }, before: { v: '1' }, after: { v: '2' } }] },
  ]);
  expect(renderResult(result, 'plain')).toBe('a\tk=1: v 1 -> 2');
});

test('what is listed leaves what a model reads to programs', async () => {
  const warnings: string[] = [];
  const listed = await listNodes({
    projectFolder: await writeProject(smallShop),
    select: ['fct_orders', 'agg_*'],
    onWarning: (message) => void warnings.push(message),
  });
  expect(renderResult(listed, 'table').split('\n')[0]).not.toContain('reads');
  expect(JSON.parse(renderResult(listed, 'json'))).toMatchObject([
    { name: 'fct_orders', reads: expect.stringContaining('int_orders') as string },
  ]);
  expect(warnings).toContainEqual(expect.stringContaining('write `*.agg_*`'));
});

test('a tick with a mart held back says so, and compares nothing with the truth', () => {
  const one = { value: 1, truth: 2 };
  const headline = {
    publication: {
      version: 7,
      runId: 'r',
      publishedAt: '2026-03-01 00:00:00',
      sourceWatermark: '0'.repeat(16),
      sourceCommittedAt: null,
      stageStep: 1n,
      models: [],
    },
    rows: { raw: 0, staging: 0, marts: 0 },
    metrics: { gmv: one, net_revenue: one, fulfilled_orders: one, refunds: one },
  };
  expect(renderTick(headline, systemClock, [])).toContain('BUT TRUTH');
  const held = renderTick(headline, systemClock, ['fct_orders']);
  expect(held).toMatch(/ {2}held back: fct_orders$/);
  expect(held).not.toContain('TRUTH');
});

test('Ctrl-C has its own code whatever it cut off, and keeps what the work said of itself', () => {
  const stopped = runErrors.error('TRANSFORM_BACKFILL_INTERRUPTED', {
    message: 'backfill b1 was stopped after 30 of 147 chunks, which stay published',
  });
  expect(asInterruption(stopped, 'transform.backfill')).toMatchObject({
    code: 'CLI_INTERRUPTED',
    message: stopped.message,
    remedy: expect.stringContaining('same arguments') as string,
  });
  const hungUp = cliErrors.error('CLI_SUPERVISOR_UNREACHABLE', { message: 'it does not answer' });
  expect(asInterruption(hungUp, 'transform.backfill')).toMatchObject({
    code: 'CLI_INTERRUPTED',
    message: 'transform.backfill was interrupted',
  });
});
