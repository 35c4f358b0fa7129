import { expect } from 'vitest';
import type { Capabilities } from '../../../warehouse/capabilities.ts';
import { refused } from './under-test.ts';
import type { DeclareTest } from './under-test.ts';

/** Takes minutes if nobody ends it. */
const endless: Readonly<Record<Capabilities['dialect'], string>> = {
  duckdb: 'select sum((a.range * b.range) % 7) as m from range(1000000) as a cross join range(100000) as b',
  snowflake: 'select system$wait(120)',
};

/** So many rows with a number and a text. */
const rowsOf = (dialect: Capabilities['dialect'], count: number): string =>
  dialect === 'duckdb'
    ? `select range as n, 'row ' || cast(range as varchar) as t from range(${count})`
    : `select row_number() over (order by null) - 1 as n, 'row ' || cast(row_number() over (order by null) - 1 as varchar) as t
       from table(generator(rowcount => ${count}))`;

export function endingTests(test: DeclareTest): void {
  test('a statement that is cancelled ends at once, and the next one runs', async ({ warehouse }) => {
    const abort = new AbortController();
    setTimeout(() => abort.abort(), 300);
    const before = performance.now();
    const running = warehouse.query(endless[warehouse.capabilities.dialect], [], { signal: abort.signal });
    await expect(running).rejects.toMatchObject({ code: 'WAREHOUSE_CANCELLED', retryable: false });
    expect(performance.now() - before).toBeLessThan(30_000);
    expect(await warehouse.query('select 1 as a')).toHaveLength(1);
    const never = warehouse.query('select 1 as a', [], { signal: abort.signal });
    await expect(never).rejects.toMatchObject({ code: 'WAREHOUSE_CANCELLED' });
  });

  test('a statement that takes too long is ended, and may be tried again', async ({ warehouse }) => {
    const running = warehouse.query(endless[warehouse.capabilities.dialect], [], { timeoutMs: 1_000 });
    await expect(running).rejects.toMatchObject({ code: 'WAREHOUSE_TIMEOUT', retryable: true });
    expect(await warehouse.query('select 1 as a', [], { timeoutMs: 10_000 })).toHaveLength(1);
  });

  test('a large result comes row by row, in full', async ({ warehouse }) => {
    let [rows, sum] = [0, 0n];
    for await (const row of warehouse.stream(rowsOf(warehouse.capabilities.dialect, 200_000))) {
      rows += 1;
      sum += BigInt(String(row['n']));
      if (rows === 1) expect(row['t']).toMatch(/^row \d+$/);
    }
    expect(rows).toBe(200_000);
    expect(sum).toBe(19_999_900_000n);
  });

  test('who has read enough stops, and nothing is left behind', async ({ warehouse }) => {
    for (let round = 0; round < 12; round += 1) {
      let rows = 0;
      for await (const row of warehouse.stream(rowsOf(warehouse.capabilities.dialect, 100_000))) {
        rows += 'n' in row ? 1 : 0;
        if (rows === 10) break;
      }
      expect(rows).toBe(10);
    }
    expect(await warehouse.query('select 1 as a')).toHaveLength(1);
  });

  test('a stream that is cancelled in the middle says so', async ({ warehouse }) => {
    const abort = new AbortController();
    const read = async (): Promise<void> => {
      let rows = 0;
      const rowsComing = warehouse.stream(rowsOf(warehouse.capabilities.dialect, 200_000), [], {
        signal: abort.signal,
      });
      for await (const row of rowsComing) {
        rows += 'n' in row ? 1 : 0;
        if (rows === 100) abort.abort();
      }
    };
    await expect(read()).rejects.toMatchObject({ code: 'WAREHOUSE_CANCELLED' });
  });

  test('a stream of what is wrong fails like a query', async ({ warehouse }) => {
    const read = async (): Promise<void> => {
      await warehouse.stream('select * from fit_nowhere.nothing')[Symbol.asyncIterator]().next();
    };
    await expect(read()).rejects.toMatchObject({ code: refused });
  });
}
