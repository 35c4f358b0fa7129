import { isBlocking } from '../../../transforms/engine/checks/check.ts';
import type { CheckResult } from '../../../transforms/engine/checks/check.ts';
import { checksFailed } from '../checks-failed.ts';
import type { ShopwaveError } from '../../../lib/errors.ts';
import type { BuildResult } from '../../../transforms/engine/run/request.ts';
import type { TestResult } from '../../../transforms/engine/run/published.ts';
import type { TransformCommand } from './command.ts';

/**
 * Declared checks of the models that a build left as they are, on their published rows: a check may be new although the
 * rows are old. As dbt's build does; builds of the schedule, whose files were built before, do not look again.
 */
export async function checkUnchanged(
  { engine, project, selected }: Pick<TransformCommand, 'engine' | 'project' | 'selected'>,
  { models }: BuildResult,
  threads: number | undefined,
): Promise<TestResult> {
  const left = models.filter(({ status }) => status === 'skipped' || status === 'unchanged');
  const tests = left
    .flatMap(({ model }) => project.models.get(model)?.tests ?? [])
    .map(({ uniqueId }) => uniqueId)
    .filter((id) => !selected.isNarrowed || selected.ids.has(id));
  return tests.length === 0
    ? { checks: [], left: [] }
    : await engine.test({ tests: new Set(tests), models: new Set(), threads });
}

/** What was not looked at, for whoever reads the answer of the build. */
export function leftOutNotes(left: TestResult['left']): string[] {
  return left.map(({ check, why }) => `${check.name} on ${check.model} was not run: ${why}`);
}

/** Undefined where nothing blocks. */
export function unchangedFailure(checks: readonly CheckResult[]): ShopwaveError | undefined {
  const bad = checks.filter(isBlocking);
  const [first] = bad;
  if (first === undefined) return undefined;
  const each = bad.map(({ name, model, message }) => `${name} on ${model}: ${message ?? 'failed'}`);
  return checksFailed(
    `${bad.length} check(s) fail on rows that are published and did not change: ${each.join('; ')}`,
    first,
  );
}
