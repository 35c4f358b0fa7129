import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentLogger } from '../../../lib/logger.ts';
import { openToLocals } from '../../../semantic/server/access/access.ts';
import { snowflakeReader } from '../../support/snowflake-reader.ts';
import { SqlRefused } from '../../support/snowflake-double/contract.ts';
import { startDoubleOver } from '../../support/snowflake-double/double.ts';
import type { SnowflakeDouble } from '../../support/snowflake-double/double.ts';
import { scriptedAccount } from './scripted-engine.ts';
import type { ScriptedAccount } from './scripted-engine.ts';
import { plainModel, published, serveSemantic } from './support.ts';
import type { ServedSemantic } from './support.ts';

// What the warehouse gets of queries alone.
const plain = await plainModel();
afterAll(() => plain[Symbol.asyncDispose]());

const gmv = { measures: ['finance.gmv'] };
const gmvRow = [{ 'finance.gmv': '301.20' }];

let account: ScriptedAccount;
let double: SnowflakeDouble;
let served: ServedSemantic;
let complaints: string[];

beforeEach(async () => {
  account = scriptedAccount();
  double = await startDoubleOver(account.openEngine);
  const mine: string[] = [];
  complaints = mine;
  const error = (message: string, fields: object): void =>
    void mine.push(`${message}: ${JSON.stringify(fields)}`);
  const logger = { ...silentLogger, error, child: () => logger } as typeof silentLogger;
  served = await serveSemantic(await snowflakeReader(double.settings()), logger, openToLocals, {
    modelDir: plain.modelDir,
  });
});
afterEach(async () => {
  await served.stop();
  expect(double.openSessions()).toBe(0);
  await double[Symbol.asyncDispose]();
});

function sent(pattern: RegExp): string[] {
  return double.statements.map(({ sql }) => sql).filter((sql) => pattern.test(sql));
}

const select = /^\s*select/i;
const explain = /^explain/i;

/** The check of the model goes on aside, after the answer. */
async function explained(times: number): Promise<void> {
  while (sent(explain).length < times) await sleep(5);
  await sleep(20);
}

/** Each is checked by a statement of its own. */
async function viewCount(): Promise<number> {
  return (await served.semantic.catalog()).views.length;
}

describe('metrics on Snowflake', () => {
  it('send nothing at start, for the catalogue, for a probe, for a publication or for a cached answer', async () => {
    for (const path of ['/readyz', '/livez', '/cubejs-api/v1/meta']) {
      expect(await served.get(path)).toMatchObject({ status: 200 });
    }
    expect(await served.post('/cubejs-api/v1/sql', { query: gmv })).toMatchObject({ status: 200 });
    await served.semantic.refresh(published(2));
    await sleep(50);
    expect(account.logins).toEqual([]);
    expect(double.statements).toEqual([]);

    expect(await served.semantic.load(gmv)).toEqual(gmvRow);
    await explained(await viewCount());
    const before = double.statements.length;
    expect(await served.semantic.load(gmv)).toEqual(gmvRow);
    const { body } = await served.post('/cubejs-api/v1/load', { query: gmv });
    expect(body).toMatchObject({ data: gmvRow, dbType: 'snowflake' });
    await served.get('/readyz');
    expect(double.statements).toHaveLength(before);
    expect(served.semantic.statementsSent()).toBe(1);

    // A publication costs one statement for each query that is asked again; what was found to fit is not checked again.
    await served.semantic.refresh(published(3));
    expect(await served.semantic.load(gmv)).toEqual(gmvRow);
    await sleep(50);
    expect(double.statements).toHaveLength(before + 1);
  });

  it('that Snowflake refuses have a code', async () => {
    const cases = [
      [
        '002003',
        "SQL compilation error:\nObject 'SHOPWAVE.MARTS.FCT_ORDER_EVENTS' does not exist or not authorized.",
        'SEMANTIC_NOT_PUBLISHED',
        'SHOPWAVE.MARTS.FCT_ORDER_EVENTS is not there yet, or the role of the semantic layer may not read it',
      ],
      [
        '100038',
        "Numeric value 'mixed currencies: EUR and GBP' is not recognized",
        'SEMANTIC_MIXED_CURRENCIES',
        'a money metric cannot add amounts in EUR and GBP',
      ],
      [
        '090073',
        "Warehouse 'SEMANTIC_WH' cannot be resumed because resource monitor 'SEMANTIC' has exceeded its quota.",
        'SEMANTIC_QUERY_FAILED',
        "Warehouse 'SEMANTIC_WH' cannot be resumed because resource monitor 'SEMANTIC' has exceeded its quota.",
      ],
    ] as const;
    for (const [code, said, ours, message] of cases) {
      double.faults.add({ do: { kind: 'refuse', code, sqlState: '42000', message: said }, sql: select });
      await expect(served.semantic.load(gmv)).rejects.toMatchObject({ code: ours, message });
    }
    expect(await served.semantic.load(gmv)).toEqual(gmvRow);
  });

  it('that still run are ended at the warehouse when the semantic layer stops', async () => {
    let reason: unknown;
    account.script = ({ sql, signal }) =>
      select.test(sql)
        ? new Promise((_resolve, reject) => {
            signal.addEventListener('abort', () => {
              ({ reason } = signal);
              reject(signal.reason as Error);
            });
          })
        : undefined;
    const running = served.semantic.load(gmv).catch((error: unknown) => error);
    while (sent(select).length === 0) await sleep(5);
    await served.semantic.stop();
    expect(reason).toMatchObject({ code: '000604' });
    expect(await running).toMatchObject({ code: expect.stringMatching(/^SEMANTIC_(QUERY_FAILED|STOPPED)$/) });
    expect(complaints).toEqual([]);
  });
});

describe('the model', () => {
  const refuse = (pattern: RegExp, code: string, message: string): void => {
    account.script = ({ sql }) => {
      if (explain.test(sql) && pattern.test(sql)) throw new SqlRefused(code, '42000', message);
      return undefined;
    };
  };

  it('is checked without running anything, after the first query; what is not there yet, when it is', async () => {
    refuse(/fct_orders/, '002003', "Object 'SHOPWAVE.MARTS.FCT_ORDERS' does not exist or not authorized.");
    await served.semantic.load(gmv);
    const views = await viewCount();
    await explained(views);
    const checked = sent(explain);
    expect(checked.filter((sql) => !/^explain using text\s+(?:SELECT|WITH)/.test(sql))).toEqual([]);
    const notThere = checked.filter((sql) => sql.includes('fct_orders'));
    expect(notThere.length).toBeGreaterThan(0);
    expect(notThere.length).toBeLessThan(views);
    account.script = () => undefined;
    await served.semantic.refresh(published(2));
    await sleep(20);
    expect(sent(explain)).toHaveLength(views);
    await served.semantic.load(gmv);
    await explained(views + notThere.length);
    expect(sent(explain).slice(views)).toEqual(notThere);
    expect(complaints).toEqual([]);
  });

  it('that names a column which is not there is complained of, with member and file', async () => {
    refuse(/amount_minor/, '000904', "SQL compilation error: invalid identifier 'AMOUNT_MINOR'");
    await served.semantic.load(gmv);
    while (complaints.length === 0) await sleep(5);
    expect(complaints).toEqual([expect.stringMatching(/finance\.\w+: .*AMOUNT_MINOR/)]);
    expect(complaints[0]).toMatch(/SEMANTIC_MODEL_COLUMN_UNKNOWN[^]*order_events\.yml/);
  });
});
