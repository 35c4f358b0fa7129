import { isRetryable, messageOf } from '../../../lib/errors.ts';
import type { EngineContext } from '../context.ts';
import { failingRows } from './check.ts';
import type { Check, CheckResult } from './check.ts';
import { alone, combine } from './combine.ts';
import type { Combined } from './combine.ts';
import { describeFailures, sampleKeys, storeFailures } from './details.ts';
import { readFailingRows, shownRows } from './failing-rows.ts';
import { checkErrors } from './errors.ts';
import { readOpenKeys, sayWhole } from './open-keys.ts';
import { judge } from './threshold.ts';

/** What counting came to: a number, or why there is none. */
type Counted = { readonly failures: number } | { readonly message: string };

/**
 * Runs checks: those of one model in one statement, `threads` statements at a time. A statement that errs is taken
 * apart to find the check that errs; the others keep their answer. Results come in the order of the checks. Throws only
 * what a retry can help (a conflict, a lost connection).
 */
export async function runChecks(
  context: EngineContext,
  checks: readonly Check[],
  options: { readonly threads?: number } = {},
): Promise<CheckResult[]> {
  const counted = new Map<Check, Counted>();
  const statements = combine(checks);
  let done = 0;
  await inParallel(options.threads ?? 1, statements, async (statement) => {
    for (const [check, outcome] of await count(context, statement)) counted.set(check, outcome);
    done += statement.checks.length;
    context.onProgress({ step: 'audit', state: 'running', done, total: checks.length, unit: 'checks' });
  });
  const results: CheckResult[] = [];
  for (const check of checks) {
    const broken = check.probe.kind === 'broken' ? check.probe.message : 'was not run';
    results.push(await toResult(context, check, counted.get(check) ?? { message: broken }));
  }
  return results;
}

async function count(
  context: EngineContext,
  statement: Combined,
): Promise<ReadonlyArray<readonly [Check, Counted]>> {
  try {
    const rows = await context.warehouse.query(statement.sql);
    const numbers = statement.read(rows);
    return statement.checks.map((check, index) => [check, toCounted(check, numbers[index])] as const);
  } catch (error) {
    if (isRetryable(error)) throw error;
    const [only] = statement.checks;
    if (statement.checks.length === 1 && only !== undefined)
      return [[only, { message: messageOf(error) }] as const];
    const parts: Array<readonly [Check, Counted]> = [];
    for (const check of statement.checks) parts.push(...(await count(context, alone(check))));
    return parts;
  }
}

function toCounted(check: Check, failures: number | undefined): Counted {
  if (failures !== undefined) return { failures };
  const error = checkErrors.error('CHECK_FAIL_CALC_EMPTY', {
    message: `${check.config.failCalc} gave no number`,
  });
  return { message: `${error.message}; ${error.remedy}` };
}

async function toResult(context: EngineContext, check: Check, counted: Counted): Promise<CheckResult> {
  const base = {
    uniqueId: check.uniqueId,
    model: check.model,
    name: check.name,
    kind: check.kind,
    severity: check.config.severity,
    sql: failingRows(check),
    refs: check.refs,
    definition: check.definition,
    comparesBy: comparesBy(check),
  };
  const errs = (message: string): CheckResult => ({
    ...base,
    status: 'error',
    failures: 0,
    message,
    samples: [],
    rows: [],
    storedIn: undefined,
  });
  if ('message' in counted) return errs(counted.message);
  try {
    const { failures } = counted;
    const status = judge(check.config, failures);
    const storedIn = check.storeAs === undefined ? undefined : await storeFailures(context, check, failures);
    const open = failures > 0 && status !== 'fail' ? await readOpenKeys(context, check) : undefined;
    if (status === 'pass') {
      const message = await sayingOf(context, check);
      return { ...base, status, failures, message, samples: [], rows: [], storedIn, open };
    }
    const failing = await readFailingRows(context, check);
    const samples = sampleKeys(check, failing);
    const { errorIf, warnIf } = check.config;
    const condition = status === 'fail' ? `error if ${errorIf}` : `warn if ${warnIf}`;
    return {
      ...base,
      status,
      failures,
      message:
        describeFailures(failures, condition, samples) + (status === 'warn' ? sayWhole(check, open) : ''),
      samples,
      rows: shownRows(context.project, check, failing),
      storedIn,
      open,
    };
  } catch (error) {
    if (isRetryable(error)) throw error;
    return errs(messageOf(error));
  }
}

function comparesBy({ config }: Check): string | undefined {
  const column = config.meta['compares_by'];
  return typeof column === 'string' ? column : undefined;
}

/** What a check that passed has to say: `meta: { says: column }` names the column of its rows that says it. */
async function sayingOf(context: EngineContext, check: Check): Promise<string | undefined> {
  const { says } = check.config.meta;
  if (typeof says !== 'string') return undefined;
  const said = (await readFailingRows(context, check)).map((row) => row[says]);
  return said.map(String).at(0);
}

async function inParallel<T>(
  threads: number,
  items: readonly T[],
  work: (item: T) => Promise<void>,
): Promise<void> {
  const queue = [...items];
  const worker = async (): Promise<void> => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: Math.max(1, threads) }, worker));
}
