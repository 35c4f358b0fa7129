import { describe, expect, test } from 'vitest';
import { dag } from '../../../scheduler/authoring/dag.ts';
import { allOf, anyOf } from '../../../scheduler/authoring/asset.ts';
import {
  assets,
  assetsOrTime,
  continuous,
  cronInterval,
  every,
  once,
} from '../../../scheduler/authoring/schedule.ts';
import type { Schedule } from '../../../scheduler/authoring/schedule.ts';
import { planDag, runIdOf } from '../../../scheduler/core/plan-dag.ts';
import type { PlanDagInput, QueuedAssetEvent } from '../../../scheduler/core/plan-dag.ts';
import { exactly } from '../../../scheduler/core/timetables/timetable.ts';
import { validateDag } from '../../../scheduler/core/validate-dag.ts';

const now = new Date('2026-03-02T10:02:00Z');

function plan(
  schedule: Schedule,
  { maxActiveRuns, ...more }: Partial<PlanDagInput> & { readonly maxActiveRuns?: number | undefined } = {},
): ReturnType<typeof planDag> {
  const limit = maxActiveRuns ?? (schedule?.kind === 'continuous' ? 1 : 2);
  const args = { dagId: 'd', description: '', schedule, owner: 'x', tags: [], maxActiveRuns: limit };
  const definition = dag({ ...args, tasks: (t) => void t.task('a', { run: () => 1 }) });
  const input = { paused: false, activeRuns: 0, lastInterval: null, queuedEvents: [], now, schedule };
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
    const { create, next } = plan(every('5m'));
    expect(create).toMatchObject({
      runId: 'scheduled__2026-03-02T10:00:00+00:00',
      logicalDate: new Date('2026-03-02T10:00:00Z'),
    });
    expect(next?.runAfter).toEqual(new Date('2026-03-02T10:05:00Z'));
  });

  test.each([
    ['paused', { paused: true }],
    ['at its limit of active runs', { activeRuns: 2 }],
    ['not due', { lastInterval: exactly(new Date('2026-03-02T10:00:00Z')) }],
  ])('gets none while %s', (_, more) => expect(plan(every('5m'), more).create).toBeUndefined());
});

describe('a DAG on assets', () => {
  const a = event('1', 'a', '2026-03-02T09:00:00Z', '2026-03-02T09:05:00Z');
  const b = event('2', 'b', '2026-03-02T08:00:00Z', '2026-03-02T08:30:00Z');
  const both = assets(allOf({ name: 'a' }, { name: 'b' }));

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
    const any = assets(anyOf({ name: 'a' }, { name: 'b' }));
    expect(plan(any, { queuedEvents: [] }).create).toBeUndefined();
    expect(plan(any, { queuedEvents: [b] }).create).toMatchObject({ consumes: ['2'] });
    expect(plan(any, { queuedEvents: [b, a] }).create).toMatchObject({ consumes: ['2', '1'] });
  });

  test('nested conditions hold as they are written', () => {
    const nested = assets(anyOf({ name: 'x' }, allOf({ name: 'a' }, { name: 'b' })));
    expect(plan(nested, { queuedEvents: [a] }).create).toBeUndefined();
    expect(plan(nested, { queuedEvents: [a, b] }).create?.consumes).toEqual(['1', '2']);
    expect(plan(nested, { queuedEvents: [{ ...a, asset: 'x' }] }).create?.consumes).toEqual(['1']);
  });

  test('or on the clock: whichever comes first, and the clock is not put back by an asset', () => {
    const either = assetsOrTime({ name: 'a' }, every('5m'));
    const lastInterval = exactly(new Date('2026-03-02T10:00:00Z'));
    expect(plan(either).create?.runType).toBe('scheduled');
    expect(plan(either, { lastInterval }).create).toBeUndefined();
    const byAsset = plan(either, { lastInterval, queuedEvents: [a] });
    expect(byAsset.create?.runType).toBe('asset_triggered');
    expect(byAsset.next?.runAfter).toEqual(new Date('2026-03-02T10:05:00Z'));
  });

  test('keeps its events while it is at its limit', () => {
    expect(plan(both, { queuedEvents: [a, b], activeRuns: 2 }).create).toBeUndefined();
  });
});

test('a run of an interval is named by when it may start and dated by where it begins', () => {
  expect(plan(cronInterval('@daily')).create).toMatchObject({
    runId: 'scheduled__2026-03-02T00:00:00+00:00',
    logicalDate: new Date('2026-03-01T00:00:00Z'),
    dataIntervalEnd: new Date('2026-03-02T00:00:00Z'),
  });
});

test('a DAG that runs once has nothing next; a continuous one goes on where it ended, one run at a time', () => {
  expect(plan(once())).toMatchObject({ create: { logicalDate: now }, next: undefined });
  const lastInterval = { start: new Date('2026-03-02T09:00:00Z'), end: new Date('2026-03-02T09:30:00Z') };
  const { create } = plan(continuous(), { lastInterval, maxActiveRuns: undefined });
  expect(create).toMatchObject({ dataIntervalStart: lastInterval.end, dataIntervalEnd: now });
  expect(() => plan(continuous(), { maxActiveRuns: 2 })).toThrow('one run at a time');
});

test('a manual DAG is never due; run ids are as Airflow writes them', () => {
  expect(plan(null)).toEqual({ create: undefined, next: undefined });
  expect(runIdOf('manual', new Date('2026-03-02T10:00:00.250Z'))).toBe(
    'manual__2026-03-02T10:00:00.250+00:00',
  );
});
