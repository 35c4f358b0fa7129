import { expect, test } from 'vitest';
import { rawColumns } from '../../../warehouse/raw-table.ts';
import { shopTables } from '../../../ingest/postgres/shop-tables.ts';
import type { SqlValue } from '../../../warehouse/warehouse.ts';
import { committedAt, hexPosition, ordinalOf } from '../../support/raw-log.ts';
import { accountRig } from '../../support/snowflake-double/engine/account-rig.ts';
import type { RigSession, WireRow } from '../../support/snowflake-double/engine/account-rig.ts';
import type { Bind, Outcome } from '../../support/snowflake-double/contract.ts';
import { plays, sentIn } from '../../support/snowflake-plays.ts';
import type { RawLog } from '../../support/snowflake-plays.ts';
import type { Answered, Beside, Sent } from '../../support/snowflake-script.ts';
import { lines, textOfWire } from './wire-text.ts';

function bindOf(value: SqlValue): Bind {
  if (typeof value === 'boolean') return { type: 'BOOLEAN', value: String(value) };
  if (typeof value === 'number' || typeof value === 'bigint') return { type: 'FIXED', value: String(value) };
  return { type: 'TEXT', value };
}

/** What only two runs of the engine, or two engines, can give differently: names of types, digests, and this minute. */
function isComparable({ sql }: Sent): boolean {
  return !/from information_schema\.|\bhash_agg\(|current_timestamp/i.test(sql);
}

async function rowsOf(outcome: Outcome): Promise<WireRow[]> {
  if (outcome.kind !== 'rows') throw new Error(`no rows but ${outcome.kind}`);
  const found: WireRow[] = [];
  for await (const batch of outcome.rows) {
    for (const row of batch) {
      const entries = outcome.columns.map((column, place) => [
        column.name.toLowerCase(),
        textOfWire(row[place] ?? null, column),
      ]);
      found.push(Object.fromEntries(entries) as WireRow);
    }
  }
  return found;
}

function toldRows({ rows }: Answered): WireRow[] {
  return rows.map((row) =>
    Object.fromEntries(
      Object.entries(row).map(([name, value]) => [name, value === null ? null : String(value)]),
    ),
  );
}

interface Difference {
  readonly sql: string;
  readonly told: readonly string[] | number;
  readonly found: readonly string[] | number;
}

/** Runs on the double what the engine sends, statement by statement, and notes in what it answers otherwise than DuckDB. */
class Replayed implements Beside {
  readonly differences: Difference[] = [];
  statements = 0;
  private readonly session: RigSession;

  constructor(session: RigSession) {
    this.session = session;
  }

  async statement(sent: Sent, told: Answered | undefined): Promise<void> {
    this.statements += 1;
    const running = this.session.run(sent.sql, sent.params.map(bindOf));
    if (told?.error !== undefined) {
      await expect(running, sent.sql).rejects.toMatchObject({ name: 'SqlRefused' });
      return;
    }
    const outcome = await running;
    if (sent.how === 'query') await this.compareRows(sent, told, outcome);
    else if (outcome.kind === 'dml' && told !== undefined) this.compareCounts(sent, told.count, outcome);
  }

  private async compareRows(sent: Sent, told: Answered | undefined, outcome: Outcome): Promise<void> {
    const found = lines(await rowsOf(outcome));
    if (told === undefined || !isComparable(sent)) return;
    const expected = lines(toldRows(told));
    if (JSON.stringify(found) !== JSON.stringify(expected))
      this.differences.push({ sql: sent.sql, told: expected, found });
  }

  private compareCounts({ sql }: Sent, told: number, outcome: Outcome & { kind: 'dml' }): void {
    const counts = (outcome.rows[0] ?? []).slice(0, sql.startsWith('update') ? 1 : undefined);
    const found = counts.reduce((sum, each) => sum + Number(each), 0);
    if (found !== told) this.differences.push({ sql, told, found });
  }

  async begin(): Promise<void> {
    await this.session.run('begin transaction');
  }

  async end(how: 'commit' | 'rollback'): Promise<void> {
    await this.session.run(how);
  }
}

const types: Readonly<Record<string, string>> = { json: 'variant', text: 'varchar', bigint: 'number(19, 0)' };
const loadedAt = "timestamp '2026-01-01 00:00:00'";

/** Raw rows as `appendBatch` puts them into DuckDB. */
function rawLogOn({ run }: RigSession): RawLog {
  const ask = async (sql: string, params: readonly SqlValue[] = []): Promise<void> => {
    await run(sql, params.map(bindOf));
  };
  return {
    create: async () => {
      const columns = rawColumns
        .map(({ name, type }) => `${name} ${types[type] ?? 'timestamp_ntz(6)'}`)
        .join(', ');
      for (const { table } of shopTables) await ask(`create table raw.shop__${table} (${columns})`);
      await ask(`create table if not exists _meta.load_ledger (file_key varchar primary key, batch_id varchar, source varchar,
        table_name varchar, row_count bigint, loaded_at timestamp)`);
    },
    append: async ({ id, source = 'shop', from, to, entries }) => {
      for (const { table, op, position, data, unchanged, ...rest } of entries) {
        const row = [JSON.stringify(data), op, hexPosition(position)];
        await ask(
          `insert into raw.shop__${table} select parse_json(?), ?, ?, ?, cast(? as timestamp), 's', ?, ?, 'f', ${loadedAt}`,
          [
            ...row,
            ordinalOf({ table, op, position, data, ...rest }),
            committedAt(position),
            unchanged === undefined ? null : JSON.stringify(unchanged),
            id,
          ],
        );
      }
      for (const table of new Set(entries.map((entry) => entry.table)))
        await ask(`insert into _meta.load_ledger values (?, ?, ?, ?, ?, ${loadedAt})`, [
          `${id}/${table}`,
          id,
          source,
          table,
          entries.filter((entry) => entry.table === table).length,
        ]);
      await ask(
        `insert into _meta.loaded_batch
           (batch_id, source, kind, from_position, to_position, to_committed_at, row_count, loaded_at)
         values (?, ?, 'changes', ?, ?, ${loadedAt}, ?, ${loadedAt})`,
        [id, source, hexPosition(from), hexPosition(to), entries.length],
      );
    },
  };
}

test.each(Object.entries(plays))(
  'what an engine that %s sends does on the double what it does on DuckDB',
  async (_, play) => {
    await using account = await accountRig();
    const session = await account.session();
    const replayed = new Replayed(session);
    await sentIn(play, replayed, rawLogOn(session));
    expect(replayed.statements).toBeGreaterThan(5);
    expect(replayed.differences).toEqual([]);
  },
  900_000,
);
