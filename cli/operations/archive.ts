import { z } from 'zod';
import { archiveErrors } from '../../ingest/archive/errors.ts';
import { archiveDeps } from './archive-deps.ts';
import { defineOperation, rowsResult } from './operation.ts';

const day = z.iso.date();
const range = { from: day.optional(), to: day.optional() };

/** `shop.orders`. */
const entity = z.string().regex(/^[a-z0-9_]+\.[^.]+$/, 'expected <source>.<table>, for example shop.orders');

/** What the archive holds, table by table, by its manifests. */
export const archiveStatusOf = defineOperation({
  name: 'archive.status',
  input: z.object({}),
  run: async (_, context) => {
    const { archiveStatus } = await import('../../ingest/archive/status.ts');
    const { tables, problems } = await archiveStatus(await archiveDeps(context));
    const rows = tables.map(({ source, table, parquetBytes, ...facts }) => ({
      entity: `${source}.${table}`,
      ...facts,
      'parquet bytes': parquetBytes,
    }));
    return rowsResult(rows, {
      columns: ['entity', 'from', 'to', 'files', 'rows', 'bytes', 'compacted', 'parquet bytes'],
      notes: problems === 0 ? [] : [`${problems} problems of manifests: see \`shopwave archive verify\``],
    });
  },
});

/** Reads everything that the manifests name; fails where something is not as they say. */
export const archiveVerify = defineOperation({
  name: 'archive.verify',
  input: z.object({ source: z.string().optional(), ...range }),
  run: async (input, context) => {
    const { verifyArchive } = await import('../../ingest/archive/verify.ts');
    const result = await verifyArchive(await archiveDeps(context), defined(input));
    const errors = result.findings.filter(({ severity }) => severity === 'error').length;
    return rowsResult(
      result.findings.map((finding) => ({ ...finding })),
      {
        columns: ['severity', 'problem', 'key', 'detail'],
        notes: [
          `${result.manifests} batches of ${result.chains} chains: ${result.files} files and ${result.compactions} compacted files read, ${result.rows} rows whole`,
        ],
        failure:
          errors === 0
            ? undefined
            : archiveErrors.error('ARCHIVE_DAMAGED', { message: `${errors} problems, listed above` }),
      },
    );
  },
});

/** Makes Parquet of closed days; with `removeAfterDays`, originals go that were compacted so long ago. */
export const archiveCompact = defineOperation({
  name: 'archive.compact',
  input: z.object({
    day: day.optional(),
    source: z.string().optional(),
    removeAfterDays: z.int().min(0).optional(),
    dryRun: z.boolean().default(false),
  }),
  run: async ({ removeAfterDays, ...input }, context) => {
    const [{ compact }, deps] = [await import('../../ingest/archive/compact.ts'), await archiveDeps(context)];
    const made = await compact(deps, defined(input));
    const notes = input.dryRun ? ['a dry run: nothing was written'] : [];
    if (removeAfterDays !== undefined) {
      const { removeOriginals } = await import('../../ingest/archive/remove-originals.ts');
      const { loadedBatches } = await import('../../ingest/archive/rebuild.ts');
      const loaded = await loadedBatches(await context.platform.warehouse(), true);
      const janitor = await context.platform.janitor();
      const options = { graceDays: removeAfterDays, loaded, dryRun: input.dryRun };
      const { files, bytes, waiting } = await removeOriginals(deps, janitor, options);
      notes.push(
        `originals ${input.dryRun ? 'that would go' : 'removed'}: ${files} (${bytes} bytes); ${waiting} wait`,
      );
    }
    return rowsResult(
      made.map(({ source, table, bytesBefore, bytesAfter, day: on, files, rows }) => ({
        entity: `${source}.${table}`,
        day: on,
        files,
        rows,
        'bytes before': bytesBefore,
        'bytes after': bytesAfter ?? null,
      })),
      { columns: ['entity', 'day', 'files', 'rows', 'bytes before', 'bytes after'], notes },
    );
  },
});

/** Brings rows of one table back into raw. */
export const archiveRestore = defineOperation({
  name: 'archive.restore',
  input: z.object({
    entity,
    ...range,
    into: z
      .string()
      .regex(/^[a-z_][a-z0-9_]*$/, 'expected the name of a table in raw')
      .optional(),
    dryRun: z.boolean().default(false),
  }),
  run: async ({ entity: name, ...options }, context) => {
    const { restoreEntity } = await import('../../ingest/archive/restore.ts');
    const deps = { ...(await archiveDeps(context)), warehouse: await context.platform.warehouse() };
    const [source = '', table = ''] = name.split('.');
    const result = await restoreEntity(deps, { source, table, ...defined(options) });
    return rowsResult([{ ...result }], {
      notes: options.dryRun ? ['a dry run: nothing was written'] : [],
    });
  },
});

/** Makes raw and the control store's chains anew from the archive alone. */
export const archiveRebuild = defineOperation({
  name: 'archive.rebuild',
  input: z.object({ dryRun: z.boolean().default(false) }),
  run: async ({ dryRun }, context) => {
    const { rebuildFromArchive } = await import('../../ingest/archive/rebuild.ts');
    const { platform } = context;
    const [deps, control, warehouse] = await Promise.all([
      archiveDeps(context),
      platform.control(),
      platform.warehouse(),
    ]);
    const chains = await rebuildFromArchive({ ...deps, control, warehouse }, dryRun);
    return rowsResult(
      chains.map((each) => ({ ...each })),
      {
        columns: ['chain', 'position', 'recorded', 'loaded', 'rows'],
        notes: dryRun
          ? ['a dry run: nothing was written']
          : ['staging and marts follow by themselves, or now: `shopwave dags trigger shop_marts`'],
      },
    );
  },
});

type Defined<T> = { [Key in keyof T]: Exclude<T[Key], undefined> };

function defined<T extends object>(value: T): Partial<Defined<T>> {
  return Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined)) as Partial<
    Defined<T>
  >;
}
