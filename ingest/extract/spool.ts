import { failpoint } from '../../lib/failpoint.ts';
import { createBatchWriter } from '../landing/batch-writer.ts';
import type { BatchWriter } from '../landing/batch-writer.ts';
import type { ExtractFacts, Manifest } from '../landing/manifest.ts';
import { createDriftNotes } from './drift.ts';
import type { DriftNotes } from './drift.ts';
import type { ExtractDeps } from './extract-deps.ts';
import { extractErrors } from './errors.ts';
import { isoOfMicros } from './object-lines.ts';
import type { ObjectLines } from './object-lines.ts';
import type { SourcePage } from './stream.ts';

/** What was read of one window, in files that nobody can see yet. */
export interface Spool {
  readonly batch: BatchWriter;
  readonly objects: number;
  readonly requests: number;
  readonly pages: ExtractFacts['pages'];
  readonly drift: DriftNotes;
  readonly last: SourcePage | undefined;
}

/** Where a spool stands in its stream. */
export type Landing = Pick<
  ExtractFacts,
  'stream' | 'mode' | 'windowFrom' | 'windowTo' | 'cursorIn' | 'cursorOut'
> & { readonly freshToMs: number };

/** Reads pages into a batch of their own; leaves nothing behind when one of them fails. */
export async function spoolPages(
  deps: ExtractDeps,
  lines: ObjectLines,
  pages: AsyncIterable<SourcePage>,
  signal: AbortSignal,
): Promise<Spool> {
  const batch = createBatchWriter(deps.store);
  try {
    return await fill(deps, lines, batch, pages, signal);
  } catch (error) {
    await batch.discard();
    throw error;
  }
}

async function fill(
  deps: ExtractDeps,
  lines: ObjectLines,
  batch: BatchWriter,
  pages: AsyncIterable<SourcePage>,
  signal: AbortSignal,
): Promise<Spool> {
  const drift = createDriftNotes();
  const hit = deps.onCardNumber ?? (() => {});
  const read: Array<ExtractFacts['pages'][number]> = [];
  let requests = 0;
  let last: SourcePage | undefined;
  for await (const page of pages) {
    if (signal.aborted)
      throw extractErrors.error('EXTRACT_ABORTED', { message: `${deps.source} was stopped` });
    lines.write(page, batch, { drift, hit });
    read.push({ sha256: page.sha256, objects: page.records.length });
    requests += page.requests;
    last = page;
    await batch.drain();
    failpoint('extract.after_page');
  }
  await batch.finish();
  const objects = read.reduce((sum, page) => sum + page.objects, 0);
  return { batch, objects, requests, pages: read, drift, last };
}

/** Lands a spool whole: keys of sealed values, files, manifest, then row and cursor in one transaction. */
export async function landSpool(deps: ExtractDeps, spool: Spool, landing: Landing): Promise<Manifest> {
  const { freshToMs, ...facts } = landing;
  const { batch, requests, pages, drift } = spool;
  try {
    await deps.protection.settle();
  } catch (error) {
    await batch.discard();
    throw error;
  }
  const extract = { ...facts, apiVersion: deps.apiVersion, requests, pages: [...pages] };
  const manifest = await deps.chain.land(batch, extract, isoOfMicros(freshToMs * 1000));
  const observations = drift.observations();
  if (observations.length > 0) {
    await deps.onDrift({
      source: deps.source,
      stream: facts.stream,
      batchId: manifest.batchId,
      observations,
    });
  }
  return manifest;
}
