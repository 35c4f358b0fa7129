import type { CheckResult } from '../checks/check.ts';
import { mostFailingRows, shownRows } from '../checks/failing-rows.ts';
import { recordChecks } from '../checks/record.ts';
import type { EngineContext } from '../context.ts';
import type { RowSample } from '../diff/classify.ts';
import { diffModels } from '../diff/diff.ts';
import type { ModelDiff } from '../diff/diff.ts';
import { mustModel } from '../project/laws.ts';
import type { Project } from '../project/model.ts';
import { computable } from '../run/compute-deltas.ts';
import { mustStandStill } from '../run/head.ts';
import { standingOf } from '../run/reflects.ts';
import { fingerprintOf } from '../warehouse/fingerprints.ts';
import { newRunId } from '../warehouse/lease.ts';
import type { RunState } from '../warehouse/state.ts';
import { qualityErrors } from './errors.ts';
import { mustBePublished } from './published-state.ts';

export interface DriftOptions {
  /** Keys of Project.models; undefined: every mart that is stored. */
  readonly models?: ReadonlySet<string> | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What rebuilding the marts aside has shown. */
export interface DriftResult {
  /** One a mart. */
  readonly checks: readonly CheckResult[];
  /** Marts that could not be compared, each with why. */
  readonly left: ReadonlyArray<{ readonly model: string; readonly why: string }>;
}

/**
 * Rebuilds marts whole from staging, aside, and compares them by key with what builds have made of them change by
 * change: the two must be equal. Nothing is published and nothing is left behind but the results, recorded as checks.
 */
export async function findDrift(context: EngineContext, options: DriftOptions = {}): Promise<DriftResult> {
  const { warehouse, project, clock } = context;
  const state = await mustBePublished(context);
  const asked = computable(project, options.models).filter(holdsRows(project));
  const reasons = new Map(asked.map((name) => [name, whyNot(context, state, name)] as const));
  const compared = asked.filter((name) => reasons.get(name) === undefined);
  const isAhead = asked.filter((name) => reasons.get(name) === behind);
  if (isAhead.length > 0) {
    throw qualityErrors.error('QUALITY_BEHIND_STAGING', {
      message: `${isAhead.length} marts are behind staging step ${state.stage.step}`,
      where: isAhead[0],
    });
  }
  const { models } = await diffModels(context, {
    models: new Set(compared),
    samples: mostFailingRows,
    signal: options.signal,
  });
  // Rows computed while somebody else published are compared with other rows than they were computed for.
  await mustStandStill(warehouse, state);
  const checks = models.map((diff) => toResult(project, diff));
  const now = clock.now();
  const run = { id: newRunId(now), version: state.head, stageStep: state.stage.step };
  await recordChecks(warehouse, run, checks, now.toISOString());
  const left = asked.flatMap((model) => {
    const why = reasons.get(model);
    return why === undefined ? [] : [{ model, why }];
  });
  return { checks, left };
}

const behind = 'it is behind staging';

/** Why a mart's rows need not be what its files say, without anything being wrong. */
function whyNot(context: EngineContext, state: RunState, name: string): string | undefined {
  if (state.held.has(name)) return 'it is held back';
  if (state.keeping.has(name)) return 'it keeps rows for a mart that is held back';
  if (state.models.get(name)?.fingerprint !== fingerprintOf(context, name))
    return 'it was edited and not built since';
  return standingOf(state, name)?.stageStep === state.stage.step ? undefined : behind;
}

function holdsRows(project: Project): (name: string) => boolean {
  return (name) => {
    const { kind } = mustModel(project, name).materialization;
    return kind !== 'view' && kind !== 'seed';
  };
}

function toResult(project: Project, diff: ModelDiff): CheckResult {
  const { model, key, added, removed, changed } = diff;
  const failures = added + removed + changed;
  const rows = diff.samples.map((sample) => describe(project, model, key, sample));
  return {
    uniqueId: `drift.${project.name}.${model}`,
    model,
    name: 'drift',
    kind: 'drift',
    severity: 'error',
    status: failures === 0 ? 'pass' : 'fail',
    failures,
    message:
      failures === 0
        ? undefined
        : `${added} rows are missing, ${removed} too many, ${changed} differ from a rebuild`,
    samples: [],
    rows,
    sql: '',
    refs: [model],
    storedIn: undefined,
    definition: undefined,
  };
}

/** One row of the difference, without what is personal: `{ row, difference, net_minor: '700 -> 900' }`. */
function describe(
  project: Project,
  model: string,
  keys: readonly string[],
  sample: RowSample,
): Record<string, string> {
  const shown = (values: RowSample['before']): Record<string, unknown> =>
    shownRows(project, { kind: 'drift', model, keys }, values === null ? [] : [values])[0] ?? {};
  const [before, after] = [shown(sample.before), shown(sample.after)];
  const row = { row: sample.key, difference: differenceOf(sample) };
  const columns = Object.keys({ ...before, ...after });
  const isChange = sample.before !== null && sample.after !== null;
  const textOf = (value: unknown): string => (typeof value === 'string' ? value : 'null');
  const values = columns.map((name) => {
    const only = textOf(before[name] ?? after[name]);
    return [name, isChange ? `${textOf(before[name])} -> ${textOf(after[name])}` : only];
  });
  return { ...row, ...Object.fromEntries(values) };
}

function differenceOf({ before, after }: RowSample): string {
  if (before === null) return 'the mart lacks it';
  return after === null ? 'only the mart has it' : 'the mart has other values';
}
