import { describe, expect, test } from 'vitest';
import { dag } from '../../../scheduler/authoring/dag.ts';
import { every, onAnyAsset, onAssets } from '../../../scheduler/authoring/schedule.ts';
import type { Schedule } from '../../../scheduler/authoring/schedule.ts';
import { planDag, runIdOf } from '../../../scheduler/core/plan-dag.ts';
import type { PlanDagInput, QueuedAssetEvent } from '../../../scheduler/core/plan-dag.ts';
import { validateDag } from '../../../scheduler/core/validate-dag.ts';

const now = new Date('2026-03-02T10:02:00Z');

function plan(schedule: Schedule, more: Partial<PlanDagInput> = {}): ReturnType<typeof planDag> {
  const args = { dagId: 'd', description: '', schedule, owner: 'x', tags: [], maxActiveRuns: 2 };
  const definition = dag({ ...args, tasks: (t) => void t.task('a', { run: () => 1 }) });
  const input = { paused: false, activeRuns: 0, lastTick: null, queuedEvents: [], now, schedule };
  return planDag({ ...input, dag: validateDag(definition, 'd.dag.ts'), ...more });
}

const event = (eventId: string, asset: string, start: string, end: string): QueuedAssetEvent => ({
  eventId,
  asset,
  dataIntervalStart: new Date(start),
  dataIntervalEnd: new Date(end),
});

describe('a DAG on a time schedule', () => {
  test('gets the run of its latest tick, and knows the next', () => {
    const { create, nextTick } = plan(every('5m'));
    expect(create).toMatchObject({
      runId: 'scheduled__2026-03-02T10:00:00+00:00',
      logicalDate: new Date('2026-03-02T10:00:00Z'),
    });
    expect(nextTick).toEqual(new Date('2026-03-02T10:05:00Z'));
  });

  test.each([
    ['paused', { paused: true }],
    ['at its limit of active runs', { activeRuns: 2 }],
    ['not due', { lastTick: new Date('2026-03-02T10:00:00Z') }],
  ])('gets none while %s', (_, more) => expect(plan(every('5m'), more).create).toBeUndefined());
});

describe('a DAG on assets', () => {
  const a = event('1', 'a', '2026-03-02T09:00:00Z', '2026-03-02T09:05:00Z');
  const b = event('2', 'b', '2026-03-02T08:00:00Z', '2026-03-02T08:30:00Z');
  const both = onAssets([{ name: 'a' }, { name: 'b' }]);

  test('waits for every asset, then one run consumes all events and spans their intervals', () => {
    expect(plan(both, { queuedEvents: [a, { ...a, eventId: '3' }] }).create).toBeUndefined();
    expect(plan(both, { queuedEvents: [a, b, { ...a, eventId: '3' }] }).create).toMatchObject({
      runType: 'asset_triggered',
      logicalDate: null,
      consumes: ['1', '2', '3'],
      dataIntervalStart: b.dataIntervalStart,
      dataIntervalEnd: a.dataIntervalEnd,
    });
  });

  test('that any of them starts waits for none of the others, and consumes all that is there', () => {
    const any = onAnyAsset([{ name: 'a' }, { name: 'b' }]);
    expect(plan(any, { queuedEvents: [] }).create).toBeUndefined();
    expect(plan(any, { queuedEvents: [b] }).create).toMatchObject({ consumes: ['2'] });
    expect(plan(any, { queuedEvents: [b, a] }).create).toMatchObject({ consumes: ['2', '1'] });
  });

  test('keeps its events while it is at its limit', () => {
    expect(plan(both, { queuedEvents: [a, b], activeRuns: 2 }).create).toBeUndefined();
  });
});

test('a manual DAG is never due; run ids are as Airflow writes them', () => {
  expect(plan(null)).toEqual({ create: undefined, nextTick: null });
  expect(runIdOf('manual', new Date('2026-03-02T10:00:00.250Z'))).toBe(
    'manual__2026-03-02T10:00:00.250+00:00',
  );
});
