import { z } from 'zod';
import type { ExtractResult } from '../../ingest/extract/extractor.ts';
import { siteError } from '../api-sources.ts';
import type { Door } from '../api-sources.ts';
import { apiSources } from '../api-source-names.ts';
import { cliErrors } from '../errors.ts';
import type { Platform } from '../wire.ts';
import { defineOperation, rowsResult } from './operation.ts';
import type { OperationResult } from './operation.ts';

const source = z.enum(apiSources);
const streams = z.array(z.string()).optional();
const time = z.iso.datetime();

/** Credentials, rights and version of a source. */
export const apiCheck = defineOperation({
  name: 'sources.api.check',
  input: z.object({ source }),
  run: async (input, { platform, signal }) => {
    const items = await (await openDoor(platform, input.source)).check(signal);
    const failed = items.filter(({ isOk }) => !isOk).map(({ name }) => name);
    const failure =
      failed.length === 0
        ? undefined
        : cliErrors.error('CLI_SOURCE_CHECK_FAILED', { message: failed.join(', '), where: input.source });
    return rowsResult(
      items.map(({ name, isOk, note }) => ({ check: name, ok: isOk, note })),
      { columns: ['check', 'ok', 'note'], failure },
    );
  },
});

/** How far each stream is. */
export const apiStatus = defineOperation({
  name: 'sources.api.status',
  input: z.object({ source }),
  run: async (input, { platform }) => {
    const status = await (await openDoor(platform, input.source)).status();
    return rowsResult(
      status.map(({ stream, freshTo, lastBatch, gaps }) => ({
        stream,
        complete_to: freshTo ?? null,
        batch: lastBatch?.batchId ?? null,
        objects: lastBatch?.rows ?? null,
        landed_at: lastBatch?.landedAt ?? null,
        gaps: gaps.length,
      })),
      { columns: ['stream', 'complete_to', 'batch', 'objects', 'landed_at', 'gaps'] },
    );
  },
});

/** Reads on, and loads what was landed. */
export const apiExtract = defineOperation({
  name: 'sources.api.extract',
  input: z.object({ source, streams, mode: z.enum(['incremental', 'reconcile']).default('incremental') }),
  run: async (input, { platform, signal }) => {
    const door = await openDoor(platform, input.source);
    const chosen = input.streams === undefined ? {} : { streams: input.streams };
    const result = await door.extract(signal, { mode: input.mode, ...chosen });
    return await loaded(platform, input.source, result);
  },
});

/** Reads a past window again, and loads it. */
export const apiBackfill = defineOperation({
  name: 'sources.api.backfill',
  input: z.object({ source, streams, from: time, to: time, dryRun: z.boolean().default(false) }),
  run: async (input, { platform, signal }) => {
    const door = await openDoor(platform, input.source);
    if (input.dryRun) {
      const names = input.streams ?? (await door.status()).map(({ stream }) => stream);
      return rowsResult(
        names.map((stream) => ({ stream, from: input.from, to: input.to })),
        { columns: ['stream', 'from', 'to'], notes: ['nothing was read: --dry-run'] },
      );
    }
    const window = { from: new Date(input.from), to: new Date(input.to) };
    const chosen = input.streams === undefined ? {} : { streams: input.streams };
    const result = await door.extract(signal, { mode: 'backfill', ...window, ...chosen });
    return await loaded(platform, input.source, result);
  },
});

async function openDoor(platform: Platform, name: z.infer<typeof source>): Promise<Door> {
  const door = await platform.extractor(name);
  if (door !== undefined) return door;
  throw siteError(name, await platform.apiSite(name));
}

async function loaded(
  platform: Platform,
  name: z.infer<typeof source>,
  result: ExtractResult,
): Promise<OperationResult> {
  const { batchIds, rows } = await (await platform.apiLoader(name)).load();
  return rowsResult(
    result.streams.map(({ stream, batchIds: landed, objects }) => ({
      stream,
      batches: landed.length,
      objects,
    })),
    {
      columns: ['stream', 'batches', 'objects'],
      notes: [`${result.requests} requests; ${rows} rows of ${batchIds.length} batches loaded`],
    },
  );
}
