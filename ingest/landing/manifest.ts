import { z } from 'zod';
import { messageOf } from '../../lib/errors.ts';
import { landingErrors } from './errors.ts';

const position = z.string().regex(/^[0-9A-F]{16}$/);
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const count = z.int().nonnegative();

const schemaOfRows = z.strictObject({
  table: z.string().min(1),
  columns: z.array(z.strictObject({ name: z.string().min(1), typeOid: count, typeModifier: z.int() })),
});

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

const manifestShape = z
  .strictObject({
    version: z.literal(1),
    source: z.string().min(1),
    batchId: z.string().regex(/^[a-z0-9_]+-\d{12}$/),
    kind: z.enum(['snapshot', 'changes']),
    /** Where the batch before ended; {@link chainStart} for the first. */
    fromPosition: position,
    /**
     * Commit end LSN of the last transaction. A snapshot: the slot's consistent point. A batch without files: the
     * log position up to which nothing captured was committed.
     */
    toPosition: position,
    /** Latest commit time in the batch, ISO 8601 UTC with microseconds. */
    toCommittedAt: z.iso.datetime({ precision: 6 }),
    rows: count,
    files: z.array(landedFile),
    /** Every schema id that a line in the files refers to. */
    schemas: z.record(z.string(), schemaOfRows),
    origin,
    createdAt: z.iso.datetime(),
  })
  .refine((manifest) => manifest.fromPosition < manifest.toPosition, { error: 'positions do not ascend' })
  .refine((manifest) => manifest.rows === manifest.files.reduce((sum, file) => sum + file.rows, 0), {
    error: 'rows are not the sum of the files',
  });

/** One batch: what was landed, between which positions. Immutable once written. */
export type Manifest = Readonly<z.infer<typeof manifestShape>>;
export type LandedFile = Readonly<z.infer<typeof landedFile>>;
export type RowSchema = Readonly<z.infer<typeof schemaOfRows>>;

/** Position before anything: the first batch of a source begins here. */
export const chainStart = '0'.repeat(16);

/**
 * The manifest of the batch that begins at a position. One key for one beginning: two batches can never overlap,
 * and whoever stands at a position can see whether the next batch was already landed.
 */
export function manifestKey(source: string, fromPosition: string): string {
  return `manifests/${source}/${fromPosition}.json`;
}

/** The object's text. */
export function renderManifest(manifest: Manifest): string {
  return `${JSON.stringify(manifestShape.parse(manifest), undefined, 2)}\n`;
}

/** Reads a manifest object; anything unexpected in it is an error, never ignored. */
export function parseManifest(text: string, key: string): Manifest {
  try {
    const manifest = manifestShape.parse(JSON.parse(text));
    if (key === manifestKey(manifest.source, manifest.fromPosition)) return manifest;
    throw new Error(`it describes ${manifest.source} from ${manifest.fromPosition}`);
  } catch (error) {
    const message = error instanceof z.ZodError ? z.prettifyError(error) : messageOf(error);
    throw landingErrors.error('LANDING_MANIFEST_INVALID', { message, where: key });
  }
}
