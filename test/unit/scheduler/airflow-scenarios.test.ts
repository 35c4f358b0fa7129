import { readFile, writeFile } from 'node:fs/promises';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { validateDag } from '../../../scheduler/core/validate-dag.ts';
import { buildDag } from '../../oracles/airflow/build-dag.ts';
import { differencesPage } from '../../oracles/airflow/page.ts';
import { judge } from '../../oracles/airflow/judge.ts';
import type { Outcome } from '../../oracles/airflow/play-airflow.ts';
import { readScenarios, triggerRules } from '../../oracles/airflow/scenario.ts';
import { ourFireTimes, readScheduleCases } from '../../oracles/airflow/schedule-cases.ts';

// The parts of the lane test:airflow that need no Airflow.

const page = fileURLToPath(new URL('../../../docs/airflow-differences.md', import.meta.url));
const remedy =
  'docs/airflow-differences.md is stale: UPDATE_REFERENCE=1 npx vitest run --project unit test/unit/scheduler/airflow-scenarios.test.ts';

test('the page on differences is what the tables say', async () => {
  if (process.env['UPDATE_REFERENCE'] === '1') await writeFile(page, differencesPage());
  const committed = await readFile(page, 'utf8').catch(() => '');
  expect(committed === differencesPage(), remedy).toBe(true);
});

test('every scenario is a DAG here, or is said to be refused; every rule is among them, and so are 500 schedules', async () => {
  const scenarios = await readScenarios();
  expect(scenarios.length).toBeGreaterThan(100);
  for (const scenario of scenarios) {
    const build = (): unknown => validateDag(buildDag(scenario), 'd.dag.ts');
    if (scenario.refused_by.includes('ours')) expect(build, scenario.id).toThrow();
    else expect(build, scenario.id).not.toThrow();
  }
  const rules = scenarios.flatMap(({ tasks }) => Object.values(tasks).map(({ rule }) => rule));
  expect(new Set(rules)).toEqual(new Set(triggerRules));
  const schedules = await readScheduleCases();
  expect(new Set(schedules.map(({ id }) => id)).size).toBe(schedules.length);
  expect(schedules.filter((each) => ourFireTimes(each).length === 20).length).toBeGreaterThan(500);
});

test('what differs is a complaint unless it is listed, and so is what is listed and not seen', async () => {
  const [scenario] = (await readScenarios()).filter(({ id }) => id === 'limits.fail_fast');
  if (scenario === undefined) throw new Error('no scenario');
  const outcome = (run: string, bad: string): Outcome => ({
    refused: false,
    runs: [{ run_id: 'manual', date: null, state: run }],
    instances: [
      { run_id: 'manual', task_id: 'bad', map_index: -1, state: bad, tries: 1, begun: 1, ended: 2 },
    ],
    values: [],
  });
  const judged = (theirs: Outcome, isWhole = false): readonly string[] =>
    judge({
      scenarios: [scenario],
      ours: { [scenario.id]: outcome('failed', 'failed') },
      airflow: { outcomes: { [scenario.id]: theirs }, fire_times: {} },
      ourTimes: {},
      isWhole,
    }).complaints;
  expect(judged(outcome('success', 'failed'))).toEqual([]);
  expect(judged(outcome('success', 'skipped'))).toEqual([
    'limits.fail_fast: bad is failed; in Airflow it is skipped',
    'limits.fail_fast: bad tries is 1; in Airflow it is none',
  ]);
  expect(judged(outcome('success', 'failed'), true)).toContain(
    'listed and not seen any more: latest-only returns nothing',
  );
});
