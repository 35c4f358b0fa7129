import { expect, test } from 'vitest';
import { CostCap } from '../../oracles/snowflake-live/cost-cap.ts';
import { makeOwnPlace } from '../../oracles/snowflake-live/own-place.ts';
import type { Answer, Driver } from '../../oracles/snowflake/driver.ts';
import { judge } from '../../oracles/snowflake/judged.ts';
import { isType, textOf } from '../../oracles/snowflake/values.ts';

const known = { of: /^known/, says: /not translated/, why: 'it has none' };
const finding = (name: string, wrong?: string) => ({ name, sql: 'select 1', wrong });

test('a list of exceptions is exact: all that is wrong, in its way, and nothing else', () => {
  const fine = judge([finding('right'), finding('known 1', 'not translated')], [known]);
  expect(fine).toEqual({ right: 1, known: 1, complaints: [] });
  const complaints = (name: string, wrong?: string): number =>
    judge([finding('known 1', 'not translated'), finding(name, wrong)], [known]).complaints.length;
  expect(complaints('other', 'not translated'), 'wrong and not listed').toBe(1);
  expect(complaints('known 2', 'something else'), 'wrong otherwise than listed').toBe(1);
  expect(complaints('known 2'), 'listed and right').toBe(1);
  expect(judge([finding('right')], [known]).complaints, 'listed for nothing').toHaveLength(1);
  const narrow = { ...known, sql: /select 2/ };
  expect(judge([finding('known 1', 'not translated')], [narrow]).complaints).toHaveLength(2);
});

test('values are written as the truth tables write them', () => {
  const column = (type: string, precision = 38, scale = 0) => ({ name: 'A', type, precision, scale });
  expect(textOf('2024-01-05 10:00:00.500000', column('timestamp_ntz'), '')).toBe('2024-01-05 10:00:00.5');
  expect(textOf('2024-01-05 10:00:00.000000', column('timestamp_ntz'), '')).toBe('2024-01-05 10:00:00');
  expect(textOf('2024-01-05 01:00:00.000001 +0200', column('timestamp_tz'), '')).toBe(
    '2024-01-04 23:00:00.000001+00',
  );
  expect(textOf('10.00', column('fixed', 38, 2), '10')).toBe('10.00');
  expect(textOf('{"b": 1, "a": 2}', column('variant'), '{"a":2,"b":1}')).toBe('{"a":2,"b":1}');
  expect(textOf('{"b": 1}', column('variant'), '{"b":2}')).toBe('{"b": 1}');
  expect(textOf('null', column('variant'), null)).toBe('null');
  expect(textOf(null, column('variant'), 'null')).toBeNull();
  expect(isType(column('fixed'), 'BIGINT')).toBe(true);
  expect(isType(column('fixed', 38, 2), 'BIGINT')).toBe(false);
  expect(isType(column('fixed', 38, 2), 'DECIMAL(38,2)')).toBe(true);
  expect(isType(column('date'), 'TIMESTAMP')).toBe(false);
});

test('what a warehouse may cost ends its use: by the second, a minute at least', () => {
  let nowMs = 5_000;
  const cap = new CostCap({ maxCredits: 1, creditsPerHour: 2 }, { monotonicMs: () => nowMs });
  expect(cap.spent).toBe(0);
  cap.mustHold();
  expect(cap.spent).toBeCloseTo(2 / 60);
  nowMs += 1_799_000;
  cap.mustHold();
  expect(cap.reached).toBeUndefined();
  nowMs += 1_000;
  expect(() => cap.mustHold()).toThrow('the cap of 1 credits is reached');
  const stopped = new CostCap({ maxCredits: 1, creditsPerHour: 1 }, { monotonicMs: () => nowMs });
  stopped.stop('stopped by SIGINT');
  expect(() => stopped.mustHold()).toThrow('stopped by SIGINT');
});

/** An account that has other people's databases, and lists them whatever is asked for. */
function account(refused: RegExp = /never/): { readonly admin: Driver; readonly asked: string[] } {
  const asked: string[] = [];
  const columns = ['created_on', 'name'].map((name) => ({ name, type: 'text', precision: 0, scale: 0 }));
  const ask = (sql: string): Promise<Answer> => {
    asked.push(sql.replaceAll(/\s+/g, ' '));
    if (refused.test(sql)) return Promise.reject(new Error('Insufficient privileges'));
    const rows = sql.startsWith('show')
      ? [
          ['', 'PRODUCTION'],
          ['', 'OWN_SUITE_1'],
          ['', 'OWNER'],
        ]
      : [];
    return Promise.resolve({ columns, rows });
  };
  return { admin: { ask, [Symbol.asyncDispose]: () => Promise.resolve() }, asked };
}

test('what was made in an account is dropped in the end, and nothing else', async () => {
  const { admin, asked } = account();
  {
    await using place = await makeOwnPlace(admin, 'OWN', 0.5);
    expect(await place.database('TRUTH')).toBe('OWN_TRUTH');
    expect(place.notes).toEqual([]);
  }
  expect(
    asked.filter((sql) => sql.startsWith('create')).map((sql) => sql.split(' ').slice(0, 4).join(' ')),
  ).toEqual(['create warehouse OWN warehouse_size', 'create resource monitor OWN', 'create database if not']);
  expect(asked.filter((sql) => sql.startsWith('drop'))).toEqual([
    'drop database if exists OWN_SUITE_1',
    'drop database if exists OWN_TRUTH',
    'drop resource monitor if exists OWN',
    'drop warehouse if exists OWN',
  ]);
});

test('an account whose role may do less says so, and is left as it was', async () => {
  const noMonitor = account(/^create resource monitor/);
  await using place = await makeOwnPlace(noMonitor.admin, 'OWN', 1);
  expect(place.notes).toEqual([expect.stringContaining('Insufficient privileges')]);
  const noWarehouse = account(/^create warehouse/);
  await expect(makeOwnPlace(noWarehouse.admin, 'OWN', 1)).rejects.toThrow('Insufficient privileges');
  expect(noWarehouse.asked.at(-1)).toBe('drop warehouse if exists OWN');
  const noDrop = account(/^drop warehouse/);
  const left = await makeOwnPlace(noDrop.admin, 'OWN', 1);
  await expect(left[Symbol.asyncDispose]()).rejects.toThrow('left behind in the account:\ndrop warehouse');
});
