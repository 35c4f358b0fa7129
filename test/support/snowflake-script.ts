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

interface Answered extends Sent {
  readonly rows: readonly Row[];
  readonly count: number;
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
      // In the order of asking: two that were asked for at once may end the other way round.
      const place = script.push({ ...sent, rows: [], count: 0 }) - 1;
      const answer =
        sent.how === 'query'
          ? { rows: await session.query(sent.sql, sent.params), count: 0 }
          : { rows: [], count: await executeIn(session, sent) };
      script[place] = { ...sent, ...answer };
      return answer;
    };
  return {
    ...warehouse,
    ...sessionOf(ask(warehouse), false),
    capabilities: { ...snowflakeCapabilities, dialect: 'duckdb' },
    transaction: (work) => warehouse.transaction((session) => work(sessionOf(ask(session), true))),
  };
}

const tag = /^\/\*.*?\*\/ /;

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

/** Ids of runs and fingerprints differ from one run of the engine to the next; what was told as one comes back as it. */
function retold(row: Row, told: ReadonlyMap<SqlValue, SqlValue>): Row {
  const renamed: Readonly<Record<string, string>> = { column_name: 'name', column_type: 'type' };
  const isDescription = 'column_name' in row && 'column_type' in row;
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => [
      isDescription ? (renamed[name] ?? name) : name,
      told.get(value) ?? value,
    ]),
  );
}

/**
 * A Snowflake that answers as the script says: the engine, which goes by the answers alone, does on it what it did when
 * the script was written, in Snowflake's SQL. Throws where the two go apart.
 */
export function playedBack(script: readonly Answered[]): {
  readonly warehouse: Warehouse;
  readonly sent: Sent[];
} {
  const sent: Sent[] = [];
  const told = new Map<SqlValue, SqlValue>();
  let place = 0;
  const ask: Ask = (statement) => {
    sent.push(statement);
    const next = script[place];
    if (isOfDescribing(statement, next)) return Promise.resolve({ rows: [], count: 0 });
    mustBeAlike(place, next, statement);
    place += 1;
    for (const [index, value] of next.params.entries()) {
      if (typeof value === 'string') told.set(value, statement.params[index] ?? null);
    }
    return Promise.resolve({ rows: next.rows.map((row) => retold(row, told)), count: next.count });
  };
  const session = sessionOf(ask, false);
  const warehouse: Warehouse = {
    ...session,
    capabilities: snowflakeCapabilities,
    transaction: (work) => work(sessionOf(ask, true)),
    queryReadOnly: (sql) => session.query(sql),
    appendFile: (_, { rows }) => Promise.resolve(rows),
    close: () => Promise.resolve(),
  };
  return { warehouse, sent };
}
