import type { Transforms } from '../../transforms/engine/transforms.ts';
import type { DuckdbWarehouse } from '../../warehouse/duckdb/open.ts';
import { builtWorld } from './built-world.ts';
import { engineOn, openTransforms } from './platform-parts.ts';
import { appendBatch } from './raw-log.ts';
import type { LogEntry } from './raw-log.ts';

/** A warehouse in memory, and the transform engine on the project's own models. */
export interface PublishedShop {
  readonly warehouse: DuckdbWarehouse;
  readonly transforms: Transforms;
}

/** Version 1 of the marts, of one batch `b1` that begins the shop's log; built once a run and copied. */
export async function publishedShop(entries: readonly LogEntry[]): Promise<PublishedShop> {
  const warehouse = await builtWorld({ shop: entries }, async () => (await buildShop(entries)).warehouse);
  return { warehouse, transforms: await engineOn(warehouse) };
}

/** The same, for rows that no other test asks for. */
export async function buildShop(entries: readonly LogEntry[]): Promise<PublishedShop> {
  const parts = await openTransforms();
  await appendBatch(parts.warehouse, { id: 'b1', from: 0, to: entries.length, entries });
  await parts.transforms.stage();
  await parts.transforms.build();
  return parts;
}
