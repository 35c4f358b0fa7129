import type pg from 'pg';
import { firstReplayId } from '../replay/id-offset.ts';

/** Fresh keys for every table, handed out without asking the database each time. */
export interface IdSource {
  /** Makes sure that one transaction's worth of keys is at hand; call it outside a transaction. */
  readonly refill: (client: pg.Client) => Promise<void>;
  readonly nextId: (table: string) => number;
  /** The largest key handed out so far; of the tables that live traffic does not add to, the largest there is. */
  readonly lastId: (table: string) => number;
}

const blockSize = 500;
// More than any transaction takes of one table.
const lowWater = 100;

interface Block {
  next: number;
  end: number;
}

/** Keys from simulator.id_block. A process that dies leaves a gap of at most one block per table. */
export function createIdSource(): IdSource {
  const blocks = new Map<string, Block>();
  const fixed = new Map<string, number>();
  let refilling: Promise<void> | undefined;
  const isLow = (): boolean =>
    blocks.size === 0 || [...blocks.values()].some((block) => block.end - block.next < lowWater);
  return {
    refill: async (client) => {
      if (!isLow()) return;
      refilling ??= takeKeys(client, blocks, fixed).finally(() => {
        refilling = undefined;
      });
      await refilling;
    },
    nextId: (table) => {
      const block = mustBlock(blocks, table);
      if (block.next >= block.end) throw new RangeError(`no keys left for ${table}`);
      block.next += 1;
      return block.next - 1;
    },
    lastId: (table) => fixed.get(table) ?? mustBlock(blocks, table).next - 1,
  };
}

async function takeKeys(
  client: pg.Client,
  blocks: Map<string, Block>,
  fixed: Map<string, number>,
): Promise<void> {
  await countFixed(client, fixed);
  await takeBlocks(client, blocks);
}

async function takeBlocks(client: pg.Client, blocks: Map<string, Block>): Promise<void> {
  const low = [...blocks].filter(([, block]) => block.end - block.next < lowWater).map(([table]) => table);
  const { rows } = await client.query<{ table_name: string; next_id: string }>(
    `update simulator.id_block set next_id = next_id + ${blockSize}
     where table_name = any($1) or $2 returning table_name, next_id`,
    [low, blocks.size === 0],
  );
  for (const row of rows) {
    const end = Number(row.next_id);
    const block = blocks.get(row.table_name);
    // A block that directly follows the current one only makes it longer, so keys ascend without gaps.
    if (block?.end === end - blockSize) block.end = end;
    else blocks.set(row.table_name, { next: end - blockSize, end });
  }
}

async function countFixed(client: pg.Client, fixed: Map<string, number>): Promise<void> {
  if (fixed.size > 0) return;
  for (const table of ['products', 'sellers']) {
    const { rows } = await client.query<{ last: string }>(
      `select coalesce(max(id), 0) as last from ${table} where id < $1`,
      [firstReplayId],
    );
    fixed.set(table, Number(rows[0]?.last ?? 0));
  }
}

function mustBlock(blocks: ReadonlyMap<string, Block>, table: string): Block {
  const block = blocks.get(table);
  if (block === undefined) throw new RangeError(`no keys for ${table}: the shop was not prepared`);
  return block;
}
