import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { describeSchedule } from '../../../scheduler/authoring/schedule.ts';
import { loadDags } from '../../../scheduler/loader.ts';

const folder = fileURLToPath(new URL('../../../dags', import.meta.url));

test('every DAG of the platform loads, and its plan is what it is meant to be', async () => {
  const { dags, importErrors } = await loadDags(folder);
  expect(importErrors).toEqual([]);
  const plans = [...dags.values()].map(({ definition, graph, file }) => ({
    file: path.basename(file),
    schedule: describeSchedule(definition.schedule),
    maxActiveRuns: definition.maxActiveRuns,
    catchup: definition.catchup,
    edges: graph.order.map((id) => [...(graph.upstream.get(id) ?? []), id].join(' -> ')),
    outlets: definition.tasks.flatMap((task) =>
      task.outlets.map((outlet) => `${task.taskId}: ${outlet.name}`),
    ),
  }));
  expect(plans).toEqual([
    {
      file: 'shop-ingest.dag.ts',
      schedule: 'every 5m',
      maxActiveRuns: 1,
      catchup: false,
      edges: ['capture', 'capture -> load'],
      outlets: ['load: raw.shop'],
    },
    {
      file: 'shop-marts.dag.ts',
      schedule: 'on raw.shop',
      maxActiveRuns: 1,
      catchup: false,
      edges: ['freshness_gate', 'freshness_gate -> stage', 'stage -> build'],
      outlets: [],
    },
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
