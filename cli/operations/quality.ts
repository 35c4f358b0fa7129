import { z } from 'zod';
import { metricSource } from '../../dags/operators/metric-source.ts';
import type { CheckResult } from '../../transforms/engine/checks/check.ts';
import type { LeftOut } from '../../transforms/engine/checks/plan.ts';
import { cadences } from '../../transforms/engine/project/model.ts';
import { age, qualityPage } from '../quality/page.ts';
import { selectionSchema } from '../transform/selection.ts';
import { reportRows } from '../quality/rows.ts';
import { checkShown } from '../quality/show.ts';
import { checkRow, failureOfChecks, leftOutRow } from './checks-failed.ts';
import { defineOperation, rowsResult, toCell } from './operation.ts';
import type { OperationResult } from './operation.ts';
import { beginCommand } from './transform/command.ts';

const sinceMs = z.number().int().positive();

/** Every check over time, what is held back, how fresh everything is. */
export const qualityReport = defineOperation({
  name: 'quality.report',
  input: z.object({ sinceMs, html: z.boolean().default(false), notPassed: z.boolean().default(false) }),
  run: async (input, { platform }) => {
    const since = new Date(platform.clock.now().getTime() - input.sinceMs);
    const report = await (await platform.transforms()).qualityReport(since);
    if (input.html) return { kind: 'documents', documents: [{ name: 'quality', text: qualityPage(report) }] };
    return rowsResult(...reportRows(report, { age, notPassed: input.notPassed }));
  },
});

/** One check: what it came to, and the rows behind its last failure. */
export const qualityShow = defineOperation({
  name: 'quality.show',
  input: z.object({ check: z.string(), sinceMs }),
  run: async ({ check, sinceMs: back }, { platform }) => {
    const since = new Date(platform.clock.now().getTime() - back);
    return checkShown(await (await platform.transforms()).qualityReport(since), check);
  },
});

/** Marts rebuilt aside and compared with what builds have made of them. */
export const qualityDrift = defineOperation({
  name: 'quality.drift',
  input: selectionSchema,
  run: async (input, context) => {
    const { engine, selected, notes } = await beginCommand(input, context);
    const models = selected.isNarrowed ? new Set(selected.models) : undefined;
    const { checks, left } = await engine.drift({ models, signal: context.signal });
    return checksResult(checks, [...notes, ...left.map(({ model, why }) => `${model} was left out: ${why}`)]);
  },
});

/** The checks of an own cadence, now. */
export const qualityCheck = defineOperation({
  name: 'quality.check',
  input: z.object({ cadence: z.enum(cadences) }),
  run: async ({ cadence }, { platform }) => {
    const { checks, left } = await (await platform.transforms()).runCadence(cadence);
    const isNone = checks.length === 0 && left.length === 0;
    return checksResult(checks, isNone ? [`no check has the cadence ${cadence}`] : [], left);
  },
});

/** R9: every governed metric as it is served, compared with the marts. */
export const qualityMetrics = defineOperation({
  name: 'quality.metrics',
  input: z.object({}),
  run: async (_, { platform }) => {
    const [transforms, semantic] = await Promise.all([platform.transforms(), platform.semantic()]);
    return checksResult(await transforms.checkMetrics(metricSource(semantic)), []);
  },
});

/** Closed days that were changed on purpose. */
export const qualityRestate = defineOperation({
  name: 'quality.restate',
  input: z.object({ model: z.string(), from: z.iso.date(), to: z.iso.date(), reason: z.string().min(1) }),
  run: async (restatement, { platform }) => {
    await (await platform.transforms()).restate(restatement);
    const notes = ['the next run of the hourly checks keeps the sums of these days as they are then'];
    return rowsResult([restatement], { notes });
  },
});

function checksResult(
  checks: readonly CheckResult[],
  notes: readonly string[],
  left: readonly LeftOut[] = [],
): OperationResult {
  const rows = [...checks.map(checkRow), ...left.map(leftOutRow)];
  return rowsResult(rows, {
    columns: ['model', 'check', 'status', 'failures', 'message'],
    json: [
      ...checks.map((check) => ({
        ...checkRow(check),
        rows: check.rows.map((row) =>
          Object.fromEntries(Object.entries(row).map(([key, value]) => [key, toCell(value)])),
        ),
      })),
      ...left.map(leftOutRow),
    ],
    notes,
    failure: failureOfChecks(checks, left),
  });
}
