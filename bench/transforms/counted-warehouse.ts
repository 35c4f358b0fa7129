import { snowflakeCapabilities } from '../../warehouse/capabilities.ts';
import type { Session, Warehouse } from '../../warehouse/warehouse.ts';

const renewal = 'renewal';

/** What a statement is for, by how it begins; the first that fits. */
const kinds: ReadonlyArray<readonly [kind: string, pattern: RegExp]> = [
  // Every 20 seconds that a run takes: how many there are tells of the machine alone.
  [renewal, /^update _meta\.build_lease set lease_until/],
  ['transaction', /^(?:begin|commit|select current_transaction\(\))$/],
  ['schema of the run', /^(?:create|drop) (?:transient )?schema|information_schema\.schemata/],
  [
    'lease and mark',
    /^(?:insert into|delete from|update) _meta\.build_lease|^select max\(case when name = 'build'|^update _meta\.head set epoch = \?$/,
  ],
  ['columns', /information_schema/],
  ['described query', /^describe/],
  ['check', /^select 0 as arm/],
  ['row written', /^(?:insert|delete|merge|update) .*?\b(?:staging|marts|intermediate|feed)\./],
  ['state written', /^(?:insert|delete|merge|update) .*?\b_meta\./],
  ['state read', /^select .*\b_meta\./],
  ['relation aside', /^create or replace (?:table|view)/],
  ['look-up', /^select/],
];

/** The adapter asks it after BEGIN and before COMMIT, lest what Snowflake has ended goes on. */
const whichOne = 'select current_transaction()';

/** Statements by kind, the larger counts first. */
export type Counts = ReadonlyMap<string, number>;

export interface CountedWarehouse extends Warehouse {
  /** Counts since the last call. */
  readonly take: () => Counts;
}

/** What Snowflake is sent for one of DuckDB's statements: the columns of a query come by way of a view. */
function weightOf(kind: string): number {
  return kind === 'described query' ? 3 : 1;
}

/**
 * DuckDB with Snowflake's abilities, on which the engine does what it does on Snowflake, statement by statement, in the
 * dialect that DuckDB takes; what a transaction costs besides is counted, too.
 */
export function countedWarehouse(warehouse: Warehouse): CountedWarehouse {
  let counts = new Map<string, number>();
  const count = (sql: string): void => {
    const text = sql.replaceAll(/\s+/g, ' ').trim();
    const kind = kinds.find(([, pattern]) => pattern.test(text))?.[0] ?? 'other';
    counts.set(kind, (counts.get(kind) ?? 0) + weightOf(kind));
  };
  const counted = (session: Session): Session => ({
    query: (sql, params) => {
      count(sql);
      return session.query(sql, params);
    },
    execute: async (sql, params) => {
      count(sql);
      const overwritten = /^insert overwrite into (\S+) /.exec(sql)?.[1];
      if (overwritten === undefined) return await session.execute(sql, params);
      await session.execute(`delete from ${overwritten}`);
      return await session.execute(sql.replace('insert overwrite into', 'insert into'), params);
    },
  });
  return {
    ...warehouse,
    ...counted(warehouse),
    capabilities: { ...snowflakeCapabilities, dialect: 'duckdb' },
    transaction: async (work) => {
      count('begin');
      count(whichOne);
      const result = await warehouse.transaction((session) => work(counted(session)));
      count(whichOne);
      count('commit');
      return result;
    },
    take: () => {
      const taken = new Map([...counts].toSorted(([, left], [, right]) => right - left));
      counts = new Map();
      return taken;
    },
  };
}

/** All but renewals of leases. */
export function totalOf(counts: Counts): number {
  return [...counts].reduce((sum, [kind, n]) => (kind === renewal ? sum : sum + n), 0);
}
