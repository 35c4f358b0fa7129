import type { Clock } from '../../../lib/clock.ts';
import { ShopwaveError } from '../../../lib/errors.ts';
import type { Row, Session, Warehouse } from '../../../warehouse/warehouse.ts';
import { metaErrors } from './errors.ts';

/** Where the log begins: before every position. */
export const firstPosition = '0000000000000000';

/** The row that a table must have once and never twice: what says so, and what makes it. */
interface OneRow {
  readonly table: string;
  readonly which?: string;
  readonly values: string;
}

const oneRows: Readonly<Record<string, OneRow>> = {
  head: { table: '_meta.head', values: '0, 0' },
  stage_head: { table: '_meta.stage_head', values: `0, '${firstPosition}', null` },
  build_lease: { table: '_meta.build_lease', which: "name = 'build'", values: "'build', null, 0, null" },
  // Long ago: when to prune is told by the engine's clock, which need not be the warehouse's.
  pruned: { table: '_meta.pruned', values: "timestamp '1970-01-01 00:00:00', 0, 0" },
};

/** Rows in which a session takes its turn; how many there are says nothing. */
export const turnTable = 'create table if not exists _meta.setup_turn (turns bigint not null)';

/** Where whoever comes second is refused instead of waiting, he comes again. */
const mostRounds = 20;
const pauseMs = 250;

/**
 * Makes the one-row tables' rows. Nobody enforces a key on Snowflake, and an INSERT waits for nobody: two processes that
 * begin at once would each find a table empty. So each adds a row of its own to the table of turns and then updates all
 * that it sees of them, in the transaction of the first rows. Of two, one at least sees the other's row too, and an UPDATE
 * waits for whoever has a row of it, until his COMMIT; what comes after it reads what he has committed.
 */
export async function ensureFirstRows(warehouse: Warehouse, clock: Clock): Promise<void> {
  if ((await missing(warehouse)).length === 0) return;
  await warehouse.execute('insert into _meta.setup_turn values (0)');
  for (let round = 1; ; round += 1) {
    try {
      await warehouse.transaction(async (session) => {
        await session.execute('update _meta.setup_turn set turns = turns + 1');
        for (const { table, values } of await missing(session))
          await session.execute(`insert into ${table} select ${values}`);
      });
      break;
    } catch (error) {
      const isLost = error instanceof ShopwaveError && error.code === 'WAREHOUSE_CONFLICT';
      if (!isLost || round === mostRounds) throw error;
      await clock.sleep(pauseMs);
    }
  }
  await missing(warehouse);
}

/** Tables without their row. */
async function missing(session: Session): Promise<OneRow[]> {
  const counts = Object.entries(oneRows).map(
    ([name, { table, which }]) =>
      `(select count(*) from ${table}${which === undefined ? '' : ` where ${which}`}) as ${name}`,
  );
  const [row] = await session.query(`select ${counts.join(', ')}`);
  for (const [name, { table }] of Object.entries(oneRows))
    if (name !== 'pruned') mustBeOne(table, Number(row?.[name]));
  return Object.entries(oneRows).flatMap(([name, each]) => (Number(row?.[name]) === 0 ? [each] : []));
}

/** Two heads would both be moved by a compare-and-set, or each by somebody else: nothing may be read from either. */
export function mustBeOne(table: string, rows: number): void {
  if (rows <= 1) return;
  throw metaErrors.error('TRANSFORM_HEAD_AMBIGUOUS', {
    message: `${table} has ${rows} rows that say where things stand, and must have one`,
  });
}

/** The row of a table that has one at most, as it was read. */
export function onlyRow(table: string, rows: readonly Row[]): Row | undefined {
  mustBeOne(table, rows.length);
  return rows[0];
}
