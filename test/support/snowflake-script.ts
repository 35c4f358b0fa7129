import { snowflakeCapabilities } from '../../warehouse/capabilities.ts';
import type { DuckdbWarehouse } from '../../warehouse/duckdb/open.ts';
import type { Row, Session, SqlValue, Warehouse } from '../../warehouse/warehouse.ts';

/** A statement as a warehouse was sent it. */
export interface Sent {
  readonly how: 'query' | 'execute';
  readonly sql: string;
  readonly params: readonly SqlValue[];
  readonly isInTransaction: boolean;
}

/** Is told of what goes on, statement by statement, and may do it over; what it throws is what the statement throws. */
export interface Beside {
  /** `told` is what the statement was answered; undefined where DuckDB was not asked for it. */
  readonly statement: (sent: Sent, told: Answered | undefined) => Promise<void>;
  readonly begin: () => Promise<void>;
  readonly end: (how: 'commit' | 'rollback') => Promise<void>;
}

const nobody: Beside = {
  statement: () => Promise.resolve(),
  begin: () => Promise.resolve(),
  end: () => Promise.resolve(),
};

export interface Answered extends Sent {
  readonly rows: readonly Row[];
  readonly count: number;
  /** What it failed with, where it did. */
  readonly error?: unknown;
}

type Ask = (sent: Sent) => Promise<Pick<Answered, 'rows' | 'count'>>;

/** A session that asks once for every statement. */
function sessionOf(ask: Ask, isInTransaction: boolean): Session {
  const send = async (how: Sent['how'], sql: string, params: readonly SqlValue[] = []) =>
    await ask({ how, sql, params, isInTransaction });
  return {
    query: async (sql, params) => [...(await send('query', sql, params)).rows],
    execute: async (sql, params) => (await send('execute', sql, params)).count,
  };
}

/** INSERT OVERWRITE in the words of DuckDB, which has none. */
async function executeIn(session: Session, { sql, params }: Sent): Promise<number> {
  const overwrite = /^(\/\*.*?\*\/ )?insert overwrite into (\S+) /.exec(sql);
  if (overwrite === null) return await session.execute(sql, params);
  await session.execute(`delete from ${overwrite[2]}`);
  return await session.execute(sql.replace('insert overwrite into', 'insert into'), params);
}

/** DuckDB with Snowflake's abilities but its own dialect; `script` takes what it is asked and what it says. */
export function scripted(warehouse: DuckdbWarehouse, script: Answered[]): Warehouse {
  const ask =
    (session: Session): Ask =>
    async (sent) => {
      if (isRenewal(sent)) return { rows: [], count: await session.execute(sent.sql, sent.params) };
      // In the order of asking: two that were asked for at once may end the other way round.
      const place = script.push({ ...sent, rows: [], count: 0 }) - 1;
      try {
        const answer =
          sent.how === 'query'
            ? { rows: await session.query(sent.sql, sent.params), count: 0 }
            : { rows: [], count: await executeIn(session, sent) };
        script[place] = { ...sent, ...answer };
        return answer;
      } catch (error) {
        script[place] = { ...sent, rows: [], count: 0, error };
        throw error;
      }
    };
  const below = new WeakMap<Session, Session>();
  const seen = (session: Session): Session => {
    const asking = sessionOf(ask(session), true);
    below.set(asking, session);
    return asking;
  };
  return {
    ...warehouse,
    ...sessionOf(ask(warehouse), false),
    capabilities: { ...snowflakeCapabilities, dialect: 'duckdb' },
    transaction: (work) => warehouse.transaction((session) => work(seen(session))),
    // How a file's rows are read is each adapter's own: no statement of who loads them.
    appendFile: (session, file) => warehouse.appendFile(below.get(session) ?? session, file),
  };
}

const tag = /^\/\*.*?\*\/ /;

/** A lease is renewed when its time has come, whatever else is sent: it has no place in an order. */
function isRenewal({ sql }: Sent): boolean {
  return sql.replace(tag, '').startsWith('update _meta.build_lease set lease_until');
}

/** Snowflake is asked for a query's columns by way of a view that DuckDB needs not. */
function isOfDescribing({ how, sql }: Sent, next: Answered | undefined): boolean {
  if (how === 'query') return false;
  const text = sql.replace(tag, '');
  const asked = next?.sql.replace(tag, '') ?? '';
  return (
    (text.startsWith('create or replace view ') && asked.startsWith('describe')) ||
    (text.startsWith('drop view ') && !asked.startsWith('drop view '))
  );
}

function mustBeAlike(place: number, told: Answered | undefined, sent: Sent): asserts told is Answered {
  const isDescribed = told?.sql.replace(tag, '').startsWith('describe') === true;
  const isAlike = told?.how === sent.how && (isDescribed || told.params.length === sent.params.length);
  if (!isAlike) throw new Error(`statement ${place} was\n${told?.sql ?? 'none'}\nand is\n${sent.sql}`);
}

/** What a run calls itself, and its relations by. */
const runIds = /(?<=^|_|:)r[0-9a-z]{8,}/g;

/** Ids of runs and fingerprints differ from one run of the engine to the next; what was told as one comes back as it. */
class Retelling {
  private readonly told = new Map<SqlValue, SqlValue>();

  /** Two runs of the engine gave the same statement these. */
  learn(before: readonly SqlValue[], now: readonly SqlValue[]): void {
    for (const [index, value] of before.entries()) {
      const present = now[index] ?? null;
      if (typeof value !== 'string') continue;
      this.told.set(value, present);
      if (typeof present === 'string') this.learnIds(value, present);
    }
  }

  private learnIds(before: string, now: string): void {
    const present = now.match(runIds) ?? [];
    for (const [index, id] of (before.match(runIds) ?? []).entries()) this.told.set(id, present[index] ?? id);
  }

  private value(value: SqlValue): SqlValue {
    const whole = this.told.get(value);
    if (whole !== undefined || typeof value !== 'string') return whole ?? value;
    return value.replaceAll(runIds, (id) => String(this.told.get(id) ?? id));
  }

  row(row: Row): Row {
    const renamed: Readonly<Record<string, string>> = { column_name: 'name', column_type: 'type' };
    const isDescription = 'column_name' in row && 'column_type' in row;
    return Object.fromEntries(
      Object.entries(row).map(([name, value]) => [
        isDescription ? (renamed[name] ?? name) : name,
        this.value(value),
      ]),
    );
  }
}

async function inTransaction<T>(beside: Beside, work: () => Promise<T>): Promise<T> {
  await beside.begin();
  try {
    const result = await work();
    await beside.end('commit');
    return result;
  } catch (error) {
    await beside.end('rollback');
    throw error;
  }
}

/**
 * A Snowflake that answers as the script says: the engine, which goes by the answers alone, does on it what it did when
 * the script was written, in Snowflake's SQL. Throws where the two go apart.
 */
export function playedBack(
  script: readonly Answered[],
  beside: Beside = nobody,
): {
  readonly warehouse: Warehouse;
  readonly sent: Sent[];
} {
  const sent: Sent[] = [];
  const retelling = new Retelling();
  let place = 0;
  const ask: Ask = async (statement) => {
    sent.push(statement);
    if (isRenewal(statement)) {
      await beside.statement(statement, undefined);
      return { rows: [], count: 1 };
    }
    const next = script[place];
    if (isOfDescribing(statement, next)) {
      await beside.statement(statement, undefined);
      return { rows: [], count: 0 };
    }
    mustBeAlike(place, next, statement);
    place += 1;
    retelling.learn(next.params, statement.params);
    const rows = next.rows.map((row) => retelling.row(row));
    await beside.statement(statement, { ...next, rows });
    if (next.error !== undefined) throw next.error;
    return { rows, count: next.count };
  };
  const session = sessionOf(ask, false);
  const warehouse: Warehouse = {
    ...session,
    capabilities: snowflakeCapabilities,
    transaction: (work) => inTransaction(beside, () => work(sessionOf(ask, true))),
    async *stream(sql, params) {
      yield* await session.query(sql, params);
    },
    queryReadOnly: (sql) => session.query(sql),
    reach: ({ location }) => Promise.resolve({ path: location, release: () => Promise.resolve() }),
    appendFile: (_, { rows }) => Promise.resolve(rows),
    close: () => Promise.resolve(),
  };
  return { warehouse, sent };
}
