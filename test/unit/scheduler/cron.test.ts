import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import * as fc from 'fast-check';
import { cron, describeSchedule, every, onAssets } from '../../../scheduler/authoring/schedule.ts';
import { nextTick, timetableOf } from '../../../scheduler/core/timetable.ts';
import type { Timetable } from '../../../scheduler/core/timetable.ts';

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

function mustTimetable(expression: string, timezone: string): Timetable {
  const timetable = timetableOf(cron(expression, timezone), undefined);
  if (timetable === undefined) throw new Error('no timetable');
  return timetable;
}

describe('fire times over clock changes', () => {
  test('the table of cases is whole', () => expect(cases.length).toBe(17));

  test.each(cases)('$id', ({ expression, timezone, from, expected }) => {
    const timetable = mustTimetable(expression, timezone);
    const fired: string[] = [];
    for (let at = Date.parse(from); fired.length < expected.length;) {
      at = timetable.next(at);
      fired.push(new Date(at).toISOString().replace('.000Z', 'Z'));
    }
    expect(fired).toEqual(expected);
  });

  test.each(cases)('$id: the latest tick is the one before now', ({ expression, timezone, expected }) => {
    const timetable = mustTimetable(expression, timezone);
    for (const tick of expected.map((text) => Date.parse(text))) {
      expect(timetable.latest(tick)).toBe(tick);
      expect(timetable.latest(timetable.next(tick) - 1)).toBe(tick);
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
          const { next, latest } = mustTimetable(expression, zone);
          const before = latest(at);
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
    ['0 0 * * * *', 'it has 6 fields'],
    ['60 * * * *', 'minute field has "60"'],
    ['* 24 * * *', 'hour field has "24"'],
    ['* * 0 * *', 'day-of-month field has "0"'],
    ['* * * FOO *', 'month field has "FOO"'],
    ['*/0 * * * *', 'minute field has "*/0"'],
    ['9-5 * * * *', 'minute field has "9-5"'],
    ['0 0 L * *', 'day-of-month field has "L"'],
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
    expect(() => onAssets([])).toThrow(expect.objectContaining({ code: 'DAG_ARGUMENT_INVALID' }));
  });

  test('presets are expanded, deltas read as written', () => {
    expect(describeSchedule(cron(' @daily '))).toBe('0 0 * * * (UTC)');
    expect(describeSchedule(every('300s'))).toBe('every 5m');
    expect(describeSchedule(every('90s'))).toBe('every 90s');
    expect(describeSchedule(onAssets([{ name: 'a' }, { name: 'b' }]))).toBe('on a & b');
    expect(describeSchedule(null)).toBe('manual');
  });
});

describe('the next scheduled tick', () => {
  const at = (text: string): Date => new Date(`2026-03-02T${text}:00Z`);
  const five = timetableOf(every('5m'), undefined);
  const next = (input: {
    last?: string;
    start?: string;
    catchup?: boolean;
    now: string;
  }): string | undefined => {
    if (five === undefined) throw new Error('no timetable');
    const tick = nextTick({
      timetable: five,
      last: input.last === undefined ? null : at(input.last),
      startDate: input.start === undefined ? undefined : at(input.start),
      catchup: input.catchup ?? false,
      now: at(input.now),
    });
    return tick?.toISOString().slice(11, 16);
  };
  test.each([
    ['the first run is for the latest tick', { now: '10:02' }, '10:00'],
    ['a tick is not repeated', { last: '10:00', now: '10:02' }, '10:05'],
    ['missed ticks collapse into the latest', { last: '09:00', now: '10:02' }, '10:00'],
    ['nothing before startDate', { start: '11:01', now: '10:02' }, '11:05'],
    ['startDate on a tick counts', { start: '11:00', now: '10:02' }, '11:00'],
    [
      'catchup goes on after the last',
      { last: '09:00', catchup: true, start: '08:00', now: '10:02' },
      '09:05',
    ],
    ['catchup begins at startDate', { catchup: true, start: '08:01', now: '10:02' }, '08:05'],
    ['a clock set back creates nothing anew', { last: '10:00', now: '09:02' }, '10:05'],
  ] as const)('%s', (_, input, expected) => expect(next(input)).toBe(expected));

  test('a delta counts from startDate', () => {
    const timetable = timetableOf(every('7m'), at('10:01'));
    expect(new Date(timetable?.next(at('10:02').getTime()) ?? 0)).toEqual(at('10:08'));
  });
});

test.each([
  ['a night job deployed at noon', '20 3 * * *', '2026-03-02T12:00:00Z', '2026-03-03T03:20:00Z'],
  [
    'a night job deployed two hours after its time',
    '20 3 * * *',
    '2026-03-02T05:20:00Z',
    '2026-03-02T03:20:00Z',
  ],
  ['an hourly one, three minutes past', '0 * * * *', '2026-03-02T12:03:00Z', '2026-03-02T12:00:00Z'],
  ['an hourly one, twenty minutes past', '0 * * * *', '2026-03-02T12:20:00Z', '2026-03-02T13:00:00Z'],
])('the first run of %s', (_, expression, now, expected) => {
  const timetable = timetableOf(cron(expression), undefined);
  if (timetable === undefined) throw new Error('a cron schedule has a timetable');
  const input = { timetable, startDate: undefined, catchup: false, now: new Date(now) };
  expect(nextTick({ ...input, last: null })?.toISOString()).toBe(new Date(expected).toISOString());
  // One that has run before makes up for what was missed, once.
  const last = new Date('2026-02-01T00:00:00Z');
  const made = nextTick({ ...input, last });
  expect(made?.getTime()).toBe(timetable.latest(Date.parse(now)));
});
