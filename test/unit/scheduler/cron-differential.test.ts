import { expect, test } from 'vitest';
import { cronTicks } from '../../../scheduler/core/timetables/ticks.ts';
import { clockChanges, oracleNext } from './cron-oracle.ts';

const zones = [
  'UTC',
  'America/New_York',
  'Europe/Zurich',
  'Australia/Lord_Howe',
  'Asia/Kolkata',
  'America/Santiago',
  'Africa/Casablanca',
  'Pacific/Chatham',
];
const [from, to] = [Date.UTC(2023, 0, 1), Date.UTC(2027, 0, 1)];
const cases = 10_000;
const searchDays = 120;

/** Mulberry32: the same cases on every machine. */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const random = createRandom(20_261_128);
const below = (limit: number): number => Math.floor(random() * limit);
const pick = <Value>(values: readonly Value[]): Value => values[below(values.length)] as Value;

function numeric(low: number, high: number): string {
  const a = low + below(high - low + 1);
  const b = a + below(high - a + 1);
  const step = 1 + below(7);
  return pick([
    () => `${a}`,
    () => `${a},${b}`,
    () => `${a}-${b}`,
    () => `${a}-${b}/${step}`,
    () => `*/${step}`,
    () => `${a}/${step}`,
  ])();
}

function expression(): string {
  const orStar = (chance: number, field: () => string): string => (random() < chance ? '*' : field());
  const months = ['JAN', 'mar', '10', '11', '3,4', 'FEB-APR', '*/2', '9-12/2'];
  const days = ['L', '1,L', '*/1', '1-31', '28-31', '31'];
  const weekdays = [
    'SUN',
    'MON-FRI',
    'fri-sun',
    '0-6',
    '*/1',
    '*/2',
    '7',
    'L5',
    'L7',
    '5#2',
    'MON#1,WED#3',
    '5/2',
  ];
  const fields = [
    orStar(0.1, () => numeric(0, 59)),
    orStar(0.35, () => pick([() => numeric(0, 23), () => numeric(0, 4), () => '0-23'])()),
    orStar(0.6, () => pick([() => numeric(1, 31), () => pick(days)])()),
    orStar(0.8, () => pick(months)),
    orStar(0.6, () => pick([() => numeric(0, 6), () => pick(weekdays)])()),
  ];
  return (random() < 0.1 ? [...fields, numeric(0, 59)] : fields).join(' ');
}

test('10,000 generated expressions fire when a naive walker says so', () => {
  const changes = new Map(zones.map((zone) => [zone, clockChanges(zone, from, to + 200 * 86_400_000)]));
  let [near, none] = [0, 0];
  for (let index = 0; index < cases; index += 1) {
    const [text, zone] = [expression(), pick(zones)];
    const known = changes.get(zone) ?? [];
    const change = pick(known)[0];
    // Half of them begin within a day and a half of a clock change.
    const isNear = change > from && random() < 0.5;
    let at = isNear ? change - below(36 * 3600) * 1000 : from + 86_400_000 + below((to - from) / 1000) * 1000;
    if (isNear) near += 1;
    const what = `#${index}: ${text} in ${zone} from ${new Date(at).toISOString()}`;
    for (let step = 0; step < 3; step += 1) {
      const expected = oracleNext(text, known, at, searchDays);
      const next = ticksOf(text, zone)?.(at);
      if (expected === undefined) {
        none += 1;
        if (next !== undefined) expect(next - at, what).toBeGreaterThan((searchDays - 2) * 86_400_000);
        break;
      }
      expect(next, what).toBe(expected);
      at = expected;
    }
  }
  expect(near).toBeGreaterThan(cases / 4);
  expect(none).toBeLessThan(cases / 5);
}, 120_000);

/** Undefined for an expression that never matches, such as 31 February. */
function ticksOf(text: string, zone: string): ((afterMs: number) => number | undefined) | undefined {
  try {
    return cronTicks(text, zone).next;
  } catch (error) {
    expect(error).toMatchObject({ code: 'CRON_INVALID', message: expect.stringContaining('no date ever') });
    return undefined;
  }
}
