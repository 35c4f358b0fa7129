import type { Readable } from 'node:stream';

/** Whether a put made the object, or found that key taken and left it alone. */
export type PutOutcome = 'created' | 'exists';

/** Bytes on their way into the archive, invisible until published. */
export interface StagedObject {
  readonly write: (chunk: Uint8Array) => Promise<void>;
  /** Makes the bytes durable, then visible under `key` unless it is taken. Ends the staging either way. */
  readonly publish: (key: string) => Promise<PutOutcome>;
  /** Throws the bytes away; does nothing after publish. */
  readonly discard: () => Promise<void>;
}

/**
 * The archive: immutable objects under slash-separated keys. Nothing can be overwritten or deleted through it;
 * that is what seven years of replay rest on.
 */
export interface ObjectStore {
  /** Durable when it resolves. Never overwrites. */
  readonly put: (key: string, body: string | Uint8Array) => Promise<PutOutcome>;
  /** For large objects, and for those whose key depends on their content. */
  readonly stage: () => Promise<StagedObject>;
  /** A whole small object, or undefined. */
  readonly get: (key: string) => Promise<Buffer | undefined>;
  /** A large object's bytes; throws LANDING_OBJECT_MISSING. */
  readonly read: (key: string) => Promise<Readable>;
  readonly exists: (key: string) => Promise<boolean>;
  /** All keys with this prefix, in order. */
  readonly list: (prefix: string) => Promise<string[]>;
  /** Where the warehouse can read the object: an absolute path or a URL. */
  readonly locate: (key: string) => string;
}

/**
 * The one way in which an object ever leaves the archive: originals whose rows were read back from a compacted file.
 * A door of its own, so that whoever holds an {@link ObjectStore} cannot delete.
 */
export interface ArchiveJanitor {
  /** Does nothing where there is no such object. */
  readonly remove: (key: string) => Promise<void>;
}
