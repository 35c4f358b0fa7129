import { z } from 'zod';
import { metricChanges } from '../../semantic/diff/metric-changes.ts';
import type { MetricChange } from '../../semantic/diff/metric-changes.ts';
import { metricNumbers, whyNot } from '../../semantic/diff/metric-numbers.ts';
import type { Days, NumberPair } from '../../semantic/diff/metric-numbers.ts';
import { splitChanges } from '../../semantic/diff/split-changes.ts';
import type { SplitChange } from '../../semantic/diff/split-changes.ts';
import { versionOf } from '../../semantic/server/model-files.ts';
import type { TriedModel } from '../../semantic/server/workbench.ts';
import { cliErrors } from '../errors.ts';
import { defineOperation, rowsResult } from './operation.ts';
import type { OperationResult } from './operation.ts';
import { modelTextsSchema, onWorkbench } from './metric-workbench.ts';

const inputSchema = z.object({
  before: modelTextsSchema,
  now: modelTextsSchema,
  /** What `before` is called: a revision or a folder. */
  against: z.string(),
  /** Metrics that did not change, too. */
  all: z.boolean().default(false),
  from: z.string().optional(),
  to: z.string().optional(),
});

/** One metric with its numbers by both models, or why they cannot be told. */
interface Told {
  readonly change: MetricChange;
  readonly numbers: readonly NumberPair[];
  readonly problem: string | undefined;
}

/** Which numbers change between two models, and by how much, over the marts as they are. */
export const metricsDiff = defineOperation({
  name: 'metrics.diff',
  input: inputSchema,
  run: async (input, { platform, onProgress, signal }) => {
    // Files that are alike need neither a compiler nor the marts.
    if (!input.all && versionOf(input.before.files) === versionOf(input.now.files))
      return resultOf([], [], input);
    return onWorkbench(platform, async (bench) => {
      onProgress({ step: 'compile both models', state: 'started' });
      const before = await bench.open(input.before.folder, input.before.files);
      const now = await bench.open(input.now.folder, input.now.files);
      const changes = await metricChanges(before, now);
      onProgress({ step: 'compile both models', state: 'finished', note: `${changes.length} metrics` });
      const wanted = changes.filter(({ kind }) => input.all || kind !== 'unchanged');
      const told: Told[] = [];
      for (const change of wanted) {
        signal.throwIfAborted();
        told.push(await tell(change, before, now, input));
        onProgress({
          step: 'numbers',
          state: 'running',
          done: told.length,
          total: wanted.length,
          unit: 'metrics',
        });
      }
      return resultOf(told, splitChanges(before.model.model, now.model.model), input);
    });
  },
});

async function tell(change: MetricChange, before: TriedModel, now: TriedModel, days: Days): Promise<Told> {
  const sides = [
    { tried: before, metric: change.kind === 'added' ? undefined : change.before },
    { tried: now, metric: change.kind === 'removed' ? undefined : change.now },
  ] as const;
  try {
    return { change, numbers: await metricNumbers(...sides, days), problem: undefined };
  } catch (error) {
    return { change, numbers: [], problem: whyNot(error) };
  }
}

function resultOf(
  told: readonly Told[],
  splits: readonly SplitChange[],
  { against, all }: z.infer<typeof inputSchema>,
): OperationResult {
  const changed = told.filter(isChanged);
  const alike = told.filter((each) => each.change.kind === 'computed otherwise' && !isChanged(each));
  const rows = told.flatMap((each) =>
    all || isChanged(each) ? rowsOf(each, all || each.change.kind === 'added') : [],
  );
  const differing = [...changed.map(({ change }) => nameOf(change)), ...splits.map(({ member }) => member)];
  return rowsResult([...rows, ...splits.map(({ member, change }) => bare(member, change))], {
    columns: ['metric', 'change', 'period', 'currency', 'before', 'now', 'difference'],
    notes: [
      ...told.flatMap(({ change, problem }) =>
        problem === undefined ? [] : [`${nameOf(change)}: its numbers cannot be told: ${problem}`],
      ),
      ...(alike.length === 0
        ? []
        : [
            `computed otherwise, with the same numbers on this data: ${alike.map((each) => nameOf(each.change)).join(', ')}`,
          ]),
      ...(differing.length === 0 ? [`no number differs from ${against}`] : []),
    ],
    failure:
      differing.length === 0
        ? undefined
        : cliErrors.error('CLI_METRICS_DIFFER', {
            message: `${differing.length} differ from ${against}: ${differing.join(', ')}`,
          }),
  });
}

/** Whether somebody who asks for it gets another answer. */
function isChanged({ change, numbers, problem }: Told): boolean {
  if (change.kind === 'unchanged') return false;
  if (change.kind !== 'computed otherwise') return true;
  return problem !== undefined || numbers.some(({ isSame }) => !isSame);
}

/** The total in any case, and each month that differs. */
function rowsOf({ change, numbers }: Told, all: boolean): Record<string, string | null>[] {
  const metric = nameOf(change);
  const shown = numbers.filter(({ period, isSame }) => all || period === 'total' || !isSame);
  const said = change.kind === 'renamed' ? `renamed from ${change.before.name}` : change.kind;
  if (shown.length === 0) return [bare(metric, said)];
  return shown.map(({ period, currency, before, now, difference }) => ({
    metric,
    change: said,
    period: period === 'total' ? period : period.slice(0, 7),
    currency,
    before,
    now,
    difference,
  }));
}

function nameOf(change: MetricChange): string {
  return change.kind === 'removed' ? change.before.member : change.now.member;
}

/** Something that differs without a number of its own. */
function bare(metric: string, change: string): Record<string, string | null> {
  return { metric, change, period: null, currency: null, before: null, now: null, difference: null };
}
