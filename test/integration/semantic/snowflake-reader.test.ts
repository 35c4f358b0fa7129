import { setTimeout as sleep } from 'node:timers/promises';
import type { BaseDriver } from '@cubejs-backend/base-driver';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { withWorkTag } from '../../../lib/work-tag.ts';
import { loadCube } from '../../../semantic/server/cube-modules.ts';
import type { CubeReader } from '../../../semantic/server/cube-reader.ts';
import { snowflakeReader } from '../../support/snowflake-reader.ts';
import { snowflakeCapabilities } from '../../../warehouse/capabilities.ts';
import { startDoubleOver } from '../../support/snowflake-double/double.ts';
import type { SnowflakeDouble } from '../../support/snowflake-double/double.ts';
import { number, scriptedAccount, table, text } from './scripted-engine.ts';
import type { ScriptedAccount } from './scripted-engine.ts';

const answer = [{ finance__gmv: '301.20' }];

let account: ScriptedAccount;
let double: SnowflakeDouble;
let reader: CubeReader;
let driver: BaseDriver;
/** Sessions given up without a word, since no token was left to end them with. */
let givenUp: number;

beforeEach(async () => {
  account = scriptedAccount();
  double = await startDoubleOver(account.openEngine);
  givenUp = 0;
  const open = await snowflakeReader(double.settings({ role: 'SEMANTIC', warehouse: 'SEMANTIC_WH' }), 77);
  reader = open(loadCube());
  ({ driver } = reader);
});
afterEach(async () => {
  await reader.close();
  expect(double.openSessions()).toBe(givenUp);
  expect(double.strange).toEqual([]);
  expect(double.internalErrors).toEqual([]);
  await double[Symbol.asyncDispose]();
});

function selects(): typeof double.statements {
  return double.statements.filter(({ sql }) => sql.startsWith('select'));
}

describe('a session', () => {
  it('is opened by the first query, not before', async () => {
    await driver.testConnection();
    await sleep(20);
    expect(account.logins).toEqual([]);
    expect(await driver.query('select 1')).toEqual(answer);
    expect(account.logins).toHaveLength(1);
    await driver.testConnection();
    expect(account.logins).toHaveLength(1);
  });

  it('has a role and a warehouse of its own, and all parameters that the SQL counts on', async () => {
    await driver.query('select 1');
    expect(account.logins).toMatchObject([
      { user: 'SHOPWAVE', role: 'SEMANTIC', warehouse: 'SEMANTIC_WH', database: 'SHOPWAVE' },
    ]);
    const set = double.statements[0]?.sql ?? '';
    const said = Object.fromEntries(
      [...set.matchAll(/(\w+) = (?:'([^']*)'|(\w+))/g)].map(([, name, quoted, plain]) => [
        name,
        quoted ?? plain,
      ]),
    );
    const parameters = {
      ...snowflakeCapabilities.sessionParameters,
      STATEMENT_TIMEOUT_IN_SECONDS: 77,
      MULTI_STATEMENT_COUNT: 1,
      ABORT_DETACHED_QUERY: true,
    };
    expect(set).toMatch(/^ALTER SESSION SET /);
    expect(said).toEqual(
      Object.fromEntries(Object.entries(parameters).map(([name, value]) => [name, String(value)])),
    );
  });

  it('is one, also when the first queries come at the same time', async () => {
    await Promise.all(['select 1', 'select 2', 'select 3'].map((sql) => driver.query(sql)));
    expect(selects()).toHaveLength(3);
    expect(account.logins).toHaveLength(1);
  });

  it('that Snowflake has ended is opened again, and the query is answered', async () => {
    await driver.query('select 1');
    double.faults.add({ do: { kind: 'session-gone' } });
    expect(await driver.query('select 2')).toEqual(answer);
    expect(account.logins).toHaveLength(2);
    // Hours without a query: neither the token nor the one that renews it is good any more.
    double.faults.add({ do: { kind: 'token-expired' } });
    double.faults.add({
      on: 'renew',
      do: { kind: 'refuse', code: '390114', sqlState: '08001', message: 'Authentication token has expired.' },
    });
    expect(await Promise.all([driver.query('select 3'), driver.query('select 4')])).toEqual([answer, answer]);
    expect(account.logins).toHaveLength(3);
    givenUp = 1;
  });

  it('goes on with a new token when the old one has expired', async () => {
    await driver.query('select 1');
    double.clock.offsetMs += 3_700_000;
    expect(await driver.query('select 2')).toEqual(answer);
    expect(account.logins).toHaveLength(1);
  });

  it('that cannot be opened fails the query and says why; the next one tries again', async () => {
    double.faults.add({ on: 'login', do: { kind: 'jwt-refused' } });
    await expect(driver.query('select 1')).rejects.toThrow(/JWT/);
    expect(selects()).toEqual([]);
    expect(await driver.query('select 1')).toEqual(answer);
  });

  it('is not opened any more once the reader is closed', async () => {
    await reader.close();
    await expect(driver.query('select 1')).rejects.toThrow('cancelled');
    await expect(driver.testConnection()).rejects.toThrow('closed');
    expect(account.logins).toEqual([]);
  });
});

describe('a statement', () => {
  it('is tagged with what it is for', async () => {
    await withWorkTag({ dag: 'dashboards' }, () => driver.query('select 1'));
    await reader.bind('select 1');
    const tags = double.statements.map(({ tag }) => JSON.parse(tag) as unknown);
    const plain = { app: 'shopwave', task: 'semantic' };
    const tagged = { ...plain, dag: 'dashboards' };
    expect(tags).toEqual([tagged, tagged, plain]);
  });

  it('has an id, with which it is sent again when there was no answer', async () => {
    await driver.query('select 1');
    double.faults.add({ do: { kind: 'reset-after' } });
    expect(await driver.query('select 2')).toEqual(answer);
    const sent = selects().slice(1);
    expect(sent.map(({ repeated }) => repeated)).toEqual([false, true]);
    expect(new Set(sent.map(({ requestId }) => requestId)).size).toBe(1);
  });

  it('that is refused is not sent again', async () => {
    const refusal = { kind: 'refuse', code: '000630', sqlState: '57014', message: 'too long' } as const;
    double.faults.add({ do: refusal, sql: /^select/ });
    await expect(driver.query('select 1')).rejects.toThrow('too long');
    expect(selects()).toHaveLength(1);
    expect(account.logins).toHaveLength(1);
  });

  it.each(['cancel', 'close'] as const)('is ended at the warehouse by %s', async (how) => {
    let reason: unknown;
    account.script = ({ sql, signal }) =>
      sql.startsWith('select')
        ? new Promise((_resolve, reject) => {
            signal.addEventListener('abort', () => {
              ({ reason } = signal);
              reject(signal.reason as Error);
            });
          })
        : undefined;
    const running = driver.query('select 1') as Promise<unknown> & { cancel: () => Promise<void> };
    const outcome = running.catch((error: unknown) => error);
    while (selects().length === 0) await sleep(5);
    await { cancel: running.cancel, close: reader.close }[how]();
    expect(reason).toMatchObject({ code: '000604' });
    expect(await outcome).toMatchObject({ message: 'Query was cancelled' });
    expect(selects()).toHaveLength(1);
  });

  it('that cannot be ended does not keep the reader from closing', async () => {
    double.faults.add({ do: { kind: 'silent' }, sql: /^select/ });
    double.faults.add({ on: 'cancel', do: { kind: 'silent' } });
    const outcome = Promise.resolve(driver.query('select 1')).catch((error: unknown) => error);
    while (selects().length === 0) await sleep(5);
    const before = performance.now();
    await reader.close();
    expect(performance.now() - before).toBeLessThan(15_000);
    expect(double.openSessions()).toBe(0);
    void outcome;
  });

  it('that is cancelled before the login is done is never sent', async () => {
    double.faults.add({ on: 'login', do: { kind: 'slow', ms: 100 } });
    const running = driver.query('select 1') as Promise<unknown> & { cancel: () => Promise<void> };
    const outcome = running.catch((error: unknown) => error);
    await running.cancel();
    expect(await outcome).toMatchObject({ message: 'Query was cancelled' });
    expect(selects()).toEqual([]);
  });

  it('is given its parameters as text', async () => {
    let binds: unknown;
    account.script = (statement) => {
      if (statement.sql.startsWith('select')) ({ binds } = statement);
      return undefined;
    };
    await driver.query('select ?, ?, ?, ?', ["O'x", null, 1.5, true]);
    expect(binds).toEqual(["O'x", null, '1.5', 'true'].map((value) => ({ type: 'TEXT', value })));
  });
});

describe('an answer', () => {
  it('has exact numbers, days and nulls', async () => {
    const columns = [
      text('CHANNEL'),
      { name: 'DAY', type: 'DATE', nullable: true } as const,
      number('GMV', 2),
      number('AOV', 2, false),
      { name: 'IS_TEST', type: 'BOOLEAN', nullable: true } as const,
    ];
    account.script = ({ sql }) =>
      sql.startsWith('select')
        ? table(columns, [
            ['web', '20453', '276701161105643274.21', '0.10', '1'],
            [null, '20454', '-0.01', null, '0'],
            ['NULL', null, '9007199254740993.00', '100.50', null],
          ])
        : undefined;
    const rows = await driver.query<Record<string, unknown>>('select 1');
    expect(rows.map((row) => Object.values(row))).toEqual([
      ['web', '2025-12-31T00:00:00.000Z', '276701161105643274.21', '0.10', true],
      [null, '2026-01-01T00:00:00.000Z', '-0.01', null, false],
      ['NULL', null, '9007199254740993.00', '100.50', null],
    ]);
    expect(Object.keys(rows[0] ?? {})).toEqual(['channel', 'day', 'gmv', 'aov', 'is_test']);
  });

  it('of many rows is whole', async () => {
    const rows = Array.from({ length: 50_000 }, (_, i) => [`${i}.00`]);
    account.script = ({ sql }) => (sql.startsWith('select') ? table([number('N', 2)], rows) : undefined);
    const read = await driver.query<{ n: string }>('select 1');
    expect(read.map(({ n }) => n)).toEqual(rows.flat());
  });
});
