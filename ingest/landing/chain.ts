import { createHash } from 'node:crypto';
import type { Knex } from 'knex';
import type { Clock } from '../../lib/clock.ts';
import { migrate } from '../../lib/control-store.ts';
import { failpoint } from '../../lib/failpoint.ts';
import { ingestMigrations, ingestSchema } from './control-schema.ts';
import { landingErrors } from './errors.ts';
import { chainStart, manifestKey, parseManifest, renderManifest } from './manifest.ts';
import type { ExtractFacts, LandedFile, Manifest, RowSchema } from './manifest.ts';
import type { ObjectStore } from './object-store.ts';
import { positionTaken, recordManifest } from './record-manifest.ts';

/** How far a source has been landed. */
export interface ChainState {
  /** `chainStart` until the first batch is landed. */
  readonly position: string;
  /** Source commit time that goes with it, ISO 8601 UTC with microseconds. */
  readonly committedAt: string | undefined;
}

export interface ChainDeps {
  readonly source: string;
  /** A chain beside the source's own, such as that of its snapshots. */
  readonly chain?: string;
  readonly control: Knex;
  readonly store: ObjectStore;
  readonly clock: Clock;
}

/** Files on their way: what a batch writer holds, or what was landed piece by piece before. */
export interface BatchContents {
  /** Makes the files visible; asked twice, it answers the same. */
  readonly publish: (source: string, fromPosition: string) => Promise<LandedFile[]>;
  readonly rows: () => number;
  readonly schemas: () => Readonly<Record<string, RowSchema>>;
  /** Leaves nothing behind; does nothing to what was published. */
  readonly discard: () => Promise<void>;
}

type Span = Pick<Manifest, 'fromPosition' | 'toPosition' | 'toCommittedAt'>;
type Origin = Extract<Manifest, { kind: 'changes' }>['origin'];

/** What a batch is, besides its files. */
export type BatchFacts =
  | (Span & { readonly kind: 'snapshot' | 'changes'; readonly origin: Origin })
  | (Span & { readonly kind: 'extract'; readonly extract: ExtractFacts });

const isoMicros = `to_char(committed_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;

/** Creates or updates the ingest schema of the control store. */
export async function migrateIngest(control: Knex): Promise<void> {
  await migrate(control, ingestSchema, ingestMigrations);
}

/** Reads a source's position; undefined when nothing was ever begun. */
export async function readChain(control: Knex, source: string): Promise<ChainState | undefined> {
  const rows: Array<{ position: string; committed_at: string | null }> = await control
    .withSchema(ingestSchema)
    .from('chain')
    .select('position', control.raw(`${isoMicros} as committed_at`))
    .where({ source });
  const [row] = rows;
  return row && { position: row.position, committedAt: row.committed_at ?? undefined };
}

/** Begins a source's chain inside the caller's transaction; does nothing when it is there. */
export async function beginChain(trx: Knex, source: string): Promise<void> {
  await trx
    .withSchema(ingestSchema)
    .into('chain')
    .insert({ source, position: chainStart })
    .onConflict('source')
    .ignore();
}

/**
 * Lands a finished batch in the durable order: files, manifest object, then row and position in one transaction.
 * A crash in between leaves either files that no manifest names, or a manifest that the next run adopts.
 */
export async function landBatch(deps: ChainDeps, batch: BatchContents, facts: BatchFacts): Promise<Manifest> {
  try {
    return await landAt(deps, batch, facts);
  } finally {
    await batch.discard();
  }
}

/** As {@link landBatch}, but the contents are kept: where the position was taken, they can be landed at the next. */
export async function landAt(deps: ChainDeps, batch: BatchContents, facts: BatchFacts): Promise<Manifest> {
  const files = await batch.publish(deps.source, facts.fromPosition);
  failpoint('cdc.after_file');
  const manifest: Manifest = {
    version: 1,
    source: deps.source,
    ...(deps.chain === undefined ? {} : { chain: deps.chain }),
    batchId: await nextBatchId(deps),
    ...facts,
    rows: batch.rows(),
    files,
    schemas: { ...batch.schemas() },
    createdAt: deps.clock.now().toISOString(),
  };
  const key = manifestKey(chainIn(deps), facts.fromPosition);
  const text = renderManifest(manifest);
  if ((await deps.store.put(key, text)) === 'exists') throw positionTaken(key);
  failpoint('cdc.after_manifest');
  await recordManifest(deps.control, manifest, text);
  failpoint('cdc.after_row');
  return manifest;
}

/**
 * Takes over the batch that begins at `position` when its manifest was written but never recorded. Its files are
 * read through once; resolves to undefined when there is none.
 */
export async function adoptBatch(deps: ChainDeps, position: string): Promise<Manifest | undefined> {
  const key = manifestKey(chainIn(deps), position);
  const object = await deps.store.get(key);
  if (object === undefined) return undefined;
  const text = object.toString('utf8');
  const manifest = parseManifest(text, key);
  for (const file of manifest.files) await verifyFile(deps.store, file);
  await recordManifest(deps.control, manifest, text);
  return manifest;
}

/** Whether the archive holds a batch that begins at `position`. */
export async function isLanded(deps: ChainDeps, position: string): Promise<boolean> {
  return await deps.store.exists(manifestKey(chainIn(deps), position));
}

/** Compares a landed file with what its manifest says of it. */
export async function verifyFile(store: ObjectStore, file: LandedFile): Promise<void> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of (await store.read(file.key)) as AsyncIterable<Buffer>) {
    hash.update(chunk);
    bytes += chunk.length;
  }
  if (bytes === file.bytes && hash.digest('hex') === file.sha256) return;
  throw landingErrors.error('LANDING_FILE_DAMAGED', {
    message: `${file.key} has ${bytes} bytes and another checksum than its manifest names (${file.bytes} bytes)`,
    where: store.locate(file.key),
  });
}

function chainIn({ chain, source }: ChainDeps): string {
  return chain ?? source;
}

async function nextBatchId(deps: ChainDeps): Promise<string> {
  const result: { rows: Array<{ n: string }> } = await deps.control.raw(
    `select nextval('ingest.batch_number') as n`,
  );
  return `${chainIn(deps)}-${(result.rows[0]?.n ?? '').padStart(12, '0')}`;
}
