import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { describeSchedule } from '../../../scheduler/authoring/describe-schedule.ts';
import { modelGraph } from '../../../dags/model-graph.ts';
import { loadDags } from '../../support/load-dags.ts';

const folder = fileURLToPath(new URL('../../../dags', import.meta.url));

function placeOf(tasks: readonly { readonly taskId: string }[], taskId: string): number {
  return tasks.findIndex((task) => task.taskId === taskId);
}

/** A task a model below the build, wired as the transforms graph is. */
const modelEdges = Object.entries(modelGraph).map(([model, reads]) =>
  ['build', ...[...reads, model].map((each) => `models.${each}`)].join(' -> '),
);

test('every DAG of the platform loads, and its plan is what it is meant to be', async () => {
  const { dags, importErrors } = await loadDags(folder);
  expect(importErrors).toEqual([]);
  const plans = [...dags.values()].map(({ definition, graph, file }) => ({
    file: path.basename(file),
    schedule: describeSchedule(definition.schedule),
    maxActiveRuns: definition.maxActiveRuns,
    catchup: definition.catchup,
    edges: [...graph.order]
      .toSorted((a, b) => placeOf(definition.tasks, a) - placeOf(definition.tasks, b))
      .map((id) => [...(graph.upstream.get(id) ?? []), id].join(' -> ')),
    outlets: definition.tasks.flatMap((task) =>
      task.outlets.map((outlet) => `${task.taskId}: ${outlet.name}`),
    ),
  }));
  const apiPlans = ['shopify', 'stripe', 'zendesk'].map((source) => [
    {
      file: `${source}-ingest.dag.ts`,
      schedule: '0 * * * * (UTC)',
      maxActiveRuns: 1,
      catchup: false,
      edges: ['extract', 'extract -> load', 'extract -> load -> freshness'],
      outlets: [`load: raw.${source}`],
    },
    {
      file: `${source}-reconcile.dag.ts`,
      schedule: '20 3 * * * (UTC)',
      maxActiveRuns: 1,
      catchup: false,
      edges: ['extract', 'extract -> load'],
      outlets: [`load: raw.${source}`],
    },
  ]);
  const [shopify = [], stripe = [], zendesk = []] = apiPlans;
  const weekly = {
    file: 'shopify-deletions.dag.ts',
    schedule: '50 3 * * 6 (UTC)',
    maxActiveRuns: 1,
    catchup: false,
    edges: ['extract', 'extract -> load'],
    outlets: ['load: raw.shopify'],
  };
  const archive = { maxActiveRuns: 1, catchup: false, outlets: [] };
  expect(plans).toEqual([
    {
      ...archive,
      file: 'archive-daily.dag.ts',
      schedule: '40 2 * * * (UTC)',
      edges: ['compact', 'compact -> remove_originals', 'remove_originals -> retire'],
    },
    { ...archive, file: 'archive-weekly.dag.ts', schedule: '10 4 * * 0 (UTC)', edges: ['verify'] },
    { ...archive, file: 'quality-hourly.dag.ts', schedule: '25 * * * * (UTC)', edges: ['checks', 'metrics'] },
    {
      ...archive,
      file: 'quality-weekly.dag.ts',
      schedule: '30 1 * * 0 (UTC)',
      edges: ['drift', 'checks', 'prune'],
    },
    {
      file: 'shop-ingest.dag.ts',
      schedule: 'every 5m',
      maxActiveRuns: 1,
      catchup: false,
      edges: ['watch_schema', 'capture', 'capture -> load'],
      outlets: ['watch_schema: raw.shop', 'load: raw.shop'],
    },
    {
      file: 'shop-marts.dag.ts',
      schedule: 'on raw.shop | raw.stripe | raw.shopify | raw.zendesk',
      maxActiveRuns: 1,
      catchup: false,
      edges: ['freshness_gate', 'freshness_gate -> stage', 'stage -> build', ...modelEdges],
      outlets: [],
    },
    weekly,
    ...shopify,
    ...stripe,
    ...zendesk,
  ]);
});

test('every task of the platform has an owner, a description, retries with backoff and a time limit', async () => {
  const { dags } = await loadDags(folder);
  expect(dags.size).toBeGreaterThan(0);
  for (const { definition } of dags.values()) {
    expect(definition.owner).not.toBe('');
    for (const task of definition.tasks) {
      expect(task.description, task.taskId).not.toBe('');
      expect(task.retryPolicy.retries, task.taskId).toBeGreaterThan(0);
      expect(task.retryPolicy.retryExponentialBackoff, task.taskId).toBe(true);
      expect(task.executionTimeoutMs, task.taskId).toBeDefined();
    }
  }
});
