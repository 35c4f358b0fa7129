import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import * as fc from 'fast-check';
import { allOf, anyOf } from '../../../scheduler/authoring/asset.ts';
import { describeSchedule } from '../../../scheduler/authoring/describe-schedule.ts';
import {
  assets,
  assetsOrTime,
  cron,
  cronInterval,
  events,
  every,
  everyInterval,
  once,
} from '../../../scheduler/authoring/schedule.ts';
import { cronTicks } from '../../../scheduler/core/timetables/ticks.ts';

interface FireTimes {
  readonly cases: readonly {
    readonly id: string;
    readonly expression: string;
    readonly timezone: string;
    readonly from: string;
    readonly expected: readonly string[];
  }[];
}
const { cases } = JSON.parse(
  readFileSync(new URL('cron-fire-times.json', import.meta.url), 'utf8'),
) as FireTimes;

function fires(expression: string, from: string, count: number, timezone = 'UTC'): readonly string[] {
  const ticks = cronTicks(expression, timezone);
  const fired: string[] = [];
  for (let at = Date.parse(from); fired.length < count;) {
    at = ticks.next(at) ?? Infinity;
    fired.push(new Date(at).toISOString().replace('.000Z', 'Z'));
  }
  return fired;
}

describe('fire times over clock changes', () => {
  test('the table of cases is whole', () => expect(cases.length).toBe(17));

  test.each(cases)('$id', ({ expression, timezone, from, expected }) => {
    expect(fires(expression, from, expected.length, timezone)).toEqual(expected);
  });

  test.each(cases)('$id: the latest tick is the one before now', ({ expression, timezone, expected }) => {
    const ticks = cronTicks(expression, timezone);
    for (const tick of expected.map((text) => Date.parse(text))) {
      expect(ticks.latest(tick)).toBe(tick);
      expect(ticks.latest((ticks.next(tick) ?? 0) - 1)).toBe(tick);
    }
  });

  test('next is strictly later, and nothing lies between the latest tick and the next', () => {
    const expressions = [
      '* * * * *',
      '*/7 3-9 * * *',
      '0 2 * * *',
      '30 1 * * 0',
      '59 23 31 * *',
      '0 0 1 1 *',
    ];
    const zones = ['UTC', 'America/New_York', 'Europe/Zurich', 'Australia/Lord_Howe', 'Asia/Kolkata'];
    const instant = fc.integer({ min: Date.UTC(2020, 0, 1), max: Date.UTC(2030, 0, 1) });
    fc.assert(
      fc.property(
        fc.constantFrom(...expressions),
        fc.constantFrom(...zones),
        instant,
        (expression, zone, at) => {
          const { next, latest } = cronTicks(expression, zone);
          const before = latest(at) ?? Infinity;
          expect(before).toBeLessThanOrEqual(at);
          expect(next(before)).toBeGreaterThan(at);
          expect(next(at)).toBeGreaterThan(at);
        },
      ),
      { numRuns: 150 },
    );
  });
});

describe('bad schedules', () => {
  test.each([
    ['* * * *', 'it has 4 fields'],
    ['0 0 * * * * *', 'it has 7 fields'],
    ['0 0 * * * 60', 'second field has "60"'],
    ['0 22-2 * * *', 'hour field has "22-2"'],
    ['0 0 * * 5#6', 'day-of-week field has "5#6"'],
    ['0 0 * * 1,5#2', 'mixes weekdays'],
    ['0 0 * * L', 'day-of-week field has "L"'],
    ['0 0 L-2 * *', 'day-of-month field has "L"'],
    ['60 * * * *', 'minute field has "60"'],
    ['* 24 * * *', 'hour field has "24"'],
    ['* * 0 * *', 'day-of-month field has "0"'],
    ['* * * FOO *', 'month field has "FOO"'],
    ['*/0 * * * *', 'minute field has "*/0"'],
    ['9-5 * * * *', 'minute field has "9-5"'],
    ['0 0 31 2 *', 'no date ever matches'],
    ['', 'it has 1 fields'],
  ])('%s', (expression, reason) => {
    expect(() => cron(expression)).toThrow(expect.objectContaining({ code: 'CRON_INVALID' }));
    expect(() => cron(expression)).toThrow(reason);
  });

  test('an unknown time zone, a delta below a second, and no assets are refused', () => {
    expect(() => cron('@daily', 'Europe/Zurch')).toThrow(
      expect.objectContaining({ code: 'TIMEZONE_UNKNOWN' }),
    );
    expect(() => every('500ms')).toThrow(expect.objectContaining({ code: 'DAG_ARGUMENT_INVALID' }));
    expect(() => every('soon')).toThrow(expect.objectContaining({ code: 'DURATION_INVALID' }));
    for (const empty of [() => anyOf(), () => events([]), () => cron([])]) {
      expect(empty).toThrow(expect.objectContaining({ code: 'DAG_ARGUMENT_INVALID' }));
    }
  });

  test('presets are expanded, deltas read as written', () => {
    expect(describeSchedule(cron(' @daily '))).toBe('0 0 * * * (UTC)');
    expect(describeSchedule(every('300s'))).toBe('every 5m');
    expect(describeSchedule(every('90s'))).toBe('every 90s');
    expect(describeSchedule(null)).toBe('manual');
  });

  test('every kind of schedule reads as what it is', () => {
    const [a, b, c] = ['a', 'b', 'c'].map((name) => ({ name }));
    if (a === undefined || b === undefined || c === undefined) throw new Error('three assets');
    const read = [
      cron(['0 9 * * 1-5', '0 12 * * 6'], 'Europe/Zurich', { interval: '1d' }),
      cronInterval('@daily'),
      everyInterval('1h'),
      events([new Date('2026-03-02T10:00:00Z')]),
      once(),
      assets(a),
      assets(allOf(a, anyOf(b, c))),
      assetsOrTime(anyOf(a, b), every('1h', { interval: '2h' })),
    ].map(describeSchedule);
    expect(read).toEqual([
      '0 9 * * 1-5; 0 12 * * 6 (Europe/Zurich), each covering 1d',
      '0 0 * * * (UTC), at the end of each interval',
      'every 1h, at the end of each interval',
      'at 2026-03-02T10:00:00.000Z',
      'once',
      'on a',
      'on a & (b | c)',
      'on a | b, or every 1h, each covering 2h',
    ]);
  });
});

/** Facts of croniter, which Airflow uses; from 2024-03-01, a Friday. */
describe('the dialect', () => {
  test.each([
    ['0 0 L * *', '03-31 04-30 05-31 06-30'],
    ['0 0 1,l * *', '03-31 04-01 04-30 05-01'],
    ['0 0 * * L5', '03-29 04-26 05-31 06-28'],
    ['0 0 * * L7', '03-31 04-28 05-26 06-30'],
    ['0 0 * * fri#2', '03-08 04-12 05-10 06-14'],
    ['0 0 * * 5#1,5#3', '03-15 04-05 04-19 05-03'],
    ['0 0 * * 5#2,L1', '03-08 03-25 04-12 04-29'],
    ['0 0 13 * 5#2', '03-08 04-12 05-10 06-14'],
    ['0 0 L * 5', '03-08 03-15 03-22 03-29'],
    ['0 0 */1 * 5', '03-02 03-03 03-04 03-05'],
    ['0 0 13 * 0-6', '03-02 03-03 03-04 03-05'],
    ['0 0 * * 5-7', '03-02 03-03 03-08 03-09'],
    ['0 0 * * FRI-SUN', '03-02 03-03 03-08 03-09'],
    ['0 0 * * 5/2', '03-03 03-08 03-10 03-15'],
    ['0 0 5/10 * *', '03-05 03-15 03-25 04-05'],
    ['0 0 1 * ?', '04-01 05-01 06-01 07-01'],
  ])('%s', (expression, days) => {
    const fired = fires(expression, '2024-03-01T00:00:00Z', 4);
    expect(fired.map((text) => text.slice(5, 10)).join(' ')).toBe(days);
  });

  test('seconds are the sixth field', () => {
    expect(fires('*/15 * * * * */20', '2024-03-01T00:00:10Z', 4).map((text) => text.slice(11))).toEqual([
      '00:00:20Z',
      '00:00:40Z',
      '00:15:00Z',
      '00:15:20Z',
    ]);
  });

  test('an hour field that lists every hour counts as a star over a clock change', () => {
    const from = '2024-11-03T04:30:00Z';
    expect(fires('0 0-23 * * *', from, 3, 'America/New_York')).toEqual(
      fires('0 * * * *', from, 3, 'America/New_York'),
    );
  });
});
