import { z } from 'zod';
import { messageOf } from '../../lib/errors.ts';
import { landingErrors } from './errors.ts';

const position = z.string().regex(/^[0-9A-F]{16}$/);
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const count = z.int().nonnegative();

/** A column as PostgreSQL's stream names its type, or a field of an API's object with the JSON type it came in. */
const columnOfRows = z.union([
  z.strictObject({ name: z.string().min(1), typeOid: count, typeModifier: z.int() }),
  z.strictObject({ name: z.string().min(1), type: z.string().min(1) }),
]);

const schemaOfRows = z.strictObject({ table: z.string().min(1), columns: z.array(columnOfRows) });

const landedFile = z.strictObject({
  key: z.string().min(1),
  table: z.string().min(1),
  rows: z.int().positive(),
  /** Compressed. */
  bytes: z.int().positive(),
  /** Of the compressed bytes. */
  sha256,
  minPosition: position,
  maxPosition: position,
});

/** Where the changes came from; enough to set up the capture state again from the archive alone. */
const origin = z.strictObject({
  systemIdentifier: z.string().regex(/^\d+$/),
  timeline: z.int().positive(),
  database: z.string().min(1),
  slot: z.string().min(1),
  publication: z.string().min(1),
});

/** What was asked of an API, and what the next request of the stream goes on from. */
const extract = z.strictObject({
  stream: z.string().min(1),
  mode: z.enum(['incremental', 'history', 'backfill', 'reconcile']),
  /** Of the window [from, to), ISO 8601 UTC; null where the stream follows a cursor. */
  windowFrom: z.iso.datetime().nullable(),
  windowTo: z.iso.datetime().nullable(),
  cursorIn: z.string().nullable(),
  /** Becomes the stream's cursor together with the batch; null leaves the cursor where it is. */
  cursorOut: z.string().nullable(),
  apiVersion: z.string().min(1),
  requests: count,
  /** Each page in order: hash of its body as received, and how many objects it held. */
  pages: z.array(z.strictObject({ sha256, objects: count })),
});

const common = {
  version: z.literal(1),
  /** Where the rows come from; part of the raw tables' names. */
  source: z.string().min(1),
  /** The chain that the batch is a link of, where it is not the source's own. */
  chain: z.string().min(1).optional(),
  batchId: z.string().regex(/^[a-z0-9_]+-\d{12}$/),
  /** Where the batch before ended; {@link chainStart} for the first. */
  fromPosition: position,
  /**
   * Log: commit end LSN of the last transaction, or the slot's consistent point, or (a batch without files) the
   * position up to which nothing captured was committed. Chains that follow no log: the number of the batch.
   */
  toPosition: position,
  /** Latest commit time in the batch, or the moment up to which an extract is complete; UTC with microseconds. */
  toCommittedAt: z.iso.datetime({ precision: 6 }),
  rows: count,
  files: z.array(landedFile),
  /** Every schema id that a line in the files refers to. */
  schemas: z.record(z.string(), schemaOfRows),
  createdAt: z.iso.datetime(),
};

const manifestShape = z
  .discriminatedUnion('kind', [
    /** Rows of tables as of a position. */
    z.strictObject({ ...common, kind: z.literal('snapshot'), origin }),
    /** Committed transactions, in log order. */
    z.strictObject({ ...common, kind: z.literal('changes'), origin }),
    /** Objects of an API. */
    z.strictObject({ ...common, kind: z.literal('extract'), extract }),
  ])
  .refine((manifest) => manifest.fromPosition < manifest.toPosition, { error: 'positions do not ascend' })
  .refine((manifest) => manifest.rows === manifest.files.reduce((sum, file) => sum + file.rows, 0), {
    error: 'rows are not the sum of the files',
  });

/** One batch: what was landed, between which positions. Immutable once written. */
export type Manifest = Readonly<z.infer<typeof manifestShape>>;
export type LandedFile = Readonly<z.infer<typeof landedFile>>;
export type RowSchema = Readonly<z.infer<typeof schemaOfRows>>;
export type ExtractFacts = Readonly<z.infer<typeof extract>>;

/** Position before anything: the first batch of a source begins here. */
export const chainStart = '0'.repeat(16);

/**
 * The manifest of the batch that begins at a position. One key for one beginning: two batches can never overlap,
 * and whoever stands at a position can see whether the next batch was already landed.
 */
export function manifestKey(chain: string, fromPosition: string): string {
  return `manifests/${chain}/${fromPosition}.json`;
}

/** The chain that a batch is a link of. */
export function chainOf({ chain, source }: Pick<Manifest, 'chain' | 'source'>): string {
  return chain ?? source;
}

/** The object's text. */
export function renderManifest(manifest: Manifest): string {
  return `${JSON.stringify(manifestShape.parse(manifest), undefined, 2)}\n`;
}

/** Reads a manifest object; anything unexpected in it is an error, never ignored. */
export function parseManifest(text: string, key: string): Manifest {
  try {
    const manifest = manifestShape.parse(JSON.parse(text));
    const chain = chainOf(manifest);
    if (key === manifestKey(chain, manifest.fromPosition)) return manifest;
    throw new Error(`it describes ${chain} from ${manifest.fromPosition}`);
  } catch (error) {
    const message = error instanceof z.ZodError ? z.prettifyError(error) : messageOf(error);
    throw landingErrors.error('LANDING_MANIFEST_INVALID', { message, where: key });
  }
}
