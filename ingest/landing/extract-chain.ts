import type { Knex } from 'knex';
import { ShopwaveError } from '../../lib/errors.ts';
import { adoptBatch, beginChain, landAt, readChain } from './chain.ts';
import type { BatchContents, ChainDeps } from './chain.ts';
import { ingestSchema } from './control-schema.ts';
import { chainStart } from './manifest.ts';
import type { ExtractFacts, Manifest } from './manifest.ts';

/** The chain of a source whose batches follow no log: positions only count them. */
export interface ExtractChain {
  /** Lands one window, after whatever was landed before; windows that are read side by side take turns. */
  readonly land: (batch: BatchContents, facts: ExtractFacts, freshTo: string) => Promise<Manifest>;
  /** Takes over what a crash left unrecorded. Call it before cursors are read. */
  readonly recover: () => Promise<readonly Manifest[]>;
  readonly cursor: (stream: string) => Promise<StreamCursor | undefined>;
}

/** Where a stream goes on, and up to when it is complete (ISO 8601 UTC with microseconds). */
export interface StreamCursor {
  readonly cursor: string;
  readonly freshTo: string;
}

/** A rival that lands at the same time costs one turn; more than this many in a row is no accident. */
const maximumTurns = 20;

/** Opens a source's chain, beginning it where there is none. */
export async function openExtractChain(deps: ChainDeps): Promise<ExtractChain> {
  await beginChain(deps.control, deps.source);
  let turn: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const mine = turn.then(work);
    turn = mine.catch(() => {});
    return mine;
  };
  return {
    land: (batch, facts, freshTo) => inTurn(() => landExtract(deps, batch, facts, freshTo)),
    recover: () => inTurn(() => recover(deps)),
    cursor: (stream) => readCursor(deps.control, deps.source, stream),
  };
}

/** The position after one of a chain that only counts its batches. */
export function nextCount(position: string): string {
  return (BigInt(`0x${position}`) + 1n).toString(16).toUpperCase().padStart(16, '0');
}

async function landExtract(
  deps: ChainDeps,
  batch: BatchContents,
  extract: ExtractFacts,
  freshTo: string,
): Promise<Manifest> {
  try {
    for (let tries = 1; ; tries += 1) {
      await recover(deps);
      const fromPosition = await positionOf(deps);
      const span = { fromPosition, toPosition: nextCount(fromPosition), toCommittedAt: freshTo };
      try {
        return await landAt(deps, batch, { kind: 'extract', ...span, extract });
      } catch (error) {
        const isTaken = error instanceof ShopwaveError && error.code === 'LANDING_POSITION_TAKEN';
        if (!isTaken || tries === maximumTurns) throw error;
      }
    }
  } finally {
    await batch.discard();
  }
}

async function recover(deps: ChainDeps): Promise<Manifest[]> {
  const adopted: Manifest[] = [];
  for (;;) {
    const manifest = await adoptBatch(deps, await positionOf(deps));
    if (manifest === undefined) return adopted;
    adopted.push(manifest);
  }
}

async function positionOf(deps: ChainDeps): Promise<string> {
  return (await readChain(deps.control, deps.chain ?? deps.source))?.position ?? chainStart;
}

async function readCursor(control: Knex, source: string, stream: string): Promise<StreamCursor | undefined> {
  const rows: Array<{ cursor: string; fresh_to: string }> = await control
    .withSchema(ingestSchema)
    .from('cursor')
    .select(
      'cursor',
      control.raw(`to_char(fresh_to at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as fresh_to`),
    )
    .where({ source, stream });
  const [row] = rows;
  return row && { cursor: row.cursor, freshTo: row.fresh_to };
}
