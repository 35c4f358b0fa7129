import { expect, test } from 'vitest';
import { cron, cronInterval, every, events, once } from '../../../scheduler/authoring/schedule.ts';
import type { Schedule } from '../../../scheduler/authoring/schedule.ts';
import { backfillIntervals, planBackfill } from '../../../scheduler/core/plan-backfill.ts';
import type { BackfillRequest, ExistingRun } from '../../../scheduler/core/plan-backfill.ts';
import { loaded } from './loaded.ts';

const at = (text: string): Date => new Date(`${text}Z`);
const now = at('2026-03-31T00:00');
const plain = loaded({ startDate: at('2026-03-30T00:00'), tasks: (t) => void t.task('a', { run: () => 1 }) });
const request = { from: at('2026-03-28T00:00'), to: at('2026-03-30T00:00') };

const ticksOf = (
  schedule: Schedule,
  asked: Pick<BackfillRequest, 'from' | 'to'> = request,
): readonly string[] =>
  backfillIntervals({ dag: plain, schedule }, asked, now).map(({ dataInterval: { start, end } }) => {
    const [from, to] = [start, end].map((each) => each.toISOString().slice(5, 16));
    return from === to ? `${from}` : `${from}..${to}`;
  });

test.each<[string, Schedule, readonly string[]]>([
  [
    'both ends count, and before startDate too',
    cron('@daily'),
    ['03-28T00:00', '03-29T00:00', '03-30T00:00'],
  ],
  [
    'an interval counts by its start',
    cronInterval('@daily'),
    ['03-28T00:00..03-29T00:00', '03-29T00:00..03-30T00:00', '03-30T00:00..03-31T00:00'],
  ],
  [
    'the day of a clock change is as long as it is',
    cronInterval('@daily', 'Europe/Zurich'),
    ['03-28T23:00..03-29T22:00', '03-29T22:00..03-30T22:00'],
  ],
  ['a delta keeps its anchor', every('36h'), ['03-28T12:00', '03-30T00:00']],
  ['listed instants', events([at('2026-03-29T05:00'), at('2026-04-29T05:00')]), ['03-29T05:00']],
])('%s', (_, schedule, expected) => {
  expect(ticksOf(schedule)).toEqual(expected);
});

test('what is not over yet is left out', () => {
  expect(
    ticksOf(cronInterval('@daily'), { from: at('2026-03-30T00:00'), to: at('2027-01-01T00:00') }),
  ).toEqual(['03-30T00:00..03-31T00:00']);
});

test.each<[Schedule, Pick<BackfillRequest, 'from' | 'to'>, string]>([
  [null, request, 'no schedule that divides time into runs (manual)'],
  [once(), request, 'no schedule that divides time into runs (once)'],
  [cron('@daily'), { from: request.to, to: request.from }, 'begins after it ends'],
  [every('1s'), request, 'more than 10000 intervals'],
])('%j is refused: %s', (schedule, asked, message) => {
  expect(() => ticksOf(schedule, asked)).toThrow(message);
});

const ask = { ...request, runBackwards: false, reprocess: 'none' } as const satisfies BackfillRequest;
const infos = backfillIntervals({ dag: plain, schedule: cron('@daily') }, request, now);
const existing = new Map<number, ExistingRun>([
  [at('2026-03-28T00:00').getTime(), { runId: 'old', state: 'failed' }],
  [at('2026-03-29T00:00').getTime(), { runId: 'now', state: 'running' }],
]);

test.each<[Partial<BackfillRequest>, readonly string[]]>([
  [{}, ['leave old', 'leave now', 'create backfill__2026-03-30T00:00:00+00:00']],
  [{ reprocess: 'failed' }, ['rerun old', 'leave now', 'create backfill__2026-03-30T00:00:00+00:00']],
  [
    { reprocess: 'completed', runBackwards: true },
    ['create backfill__2026-03-30T00:00:00+00:00', 'leave now', 'rerun old'],
  ],
])('%j', (asked, expected) => {
  const steps = planBackfill(plain, { ...ask, ...asked }, { infos, existing });
  expect(steps.map(({ action, runId }) => `${action} ${runId}`)).toEqual(expected);
});

test('a DAG that looks back is filled in forwards and without gaps', () => {
  const dag = loaded({ tasks: (t) => void t.task('a', { run: () => 1, dependsOnPast: true }) });
  const plan = (asked: Partial<BackfillRequest>) => (): unknown =>
    planBackfill(dag, { ...ask, ...asked }, { infos, existing });
  expect(plan({ runBackwards: true, reprocess: 'failed' })).toThrow('cannot run backwards: task a depends');
  expect(plan({})).toThrow('must run again, failed or completed');
  expect(plan({ reprocess: 'completed' })).not.toThrow();
});
