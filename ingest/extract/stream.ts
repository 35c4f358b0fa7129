import type { ExtractFacts } from '../landing/manifest.ts';
import type { StreamRules } from '../pci/field-rules.ts';
import type { JsonObject } from './json.ts';

export type ExtractMode = ExtractFacts['mode'];

/** A span of the source's own time, [from, to); milliseconds since 1970. */
export interface Window {
  readonly fromMs: number;
  readonly toMs: number;
}

/** One object as the API sent it; nothing of it is written before it went through its table's rules. */
export interface SourceRecord {
  readonly table: string;
  /** d: it is gone; only the key is written. */
  readonly op: 'u' | 'd';
  readonly object: JsonObject;
  /** The object's own version, microseconds since 1970; undefined where it has none: the request's moment counts. */
  readonly versionMicros?: number;
}

/** What one request brought (or a few that belong together). */
export interface SourcePage {
  readonly records: readonly SourceRecord[];
  /** Of the body as received; of the bodies' hashes, where there were several. */
  readonly sha256: string;
  readonly requests: number;
  /** Microseconds since 1970 of the moment the (first) request was sent; ascending over a client's requests. */
  readonly sentAtMicros: number;
  /** Streams that follow a cursor: where to go on after this page. */
  readonly cursor?: string;
  /** Streams that follow a cursor: all up to here (ms since 1970) has been seen with this page. */
  readonly freshToMs?: number;
  /** Streams that follow a cursor: nothing follows for now. */
  readonly isLast?: boolean;
}

/** Where a stream's objects land. A page may fill several tables: an order and its refunds. */
export interface StreamTable {
  readonly table: string;
  /** Names of fields; an object without them goes to quarantine. */
  readonly key: readonly string[];
  /** Allow-list of what may leave the parsed page. */
  readonly rules: StreamRules;
  /** What the platform counts on: fields that every object must have. */
  readonly shape: ObjectShape;
}

/** By dotted path: the type that a field must have, with `?` where it may be null or its parent may be. */
export type ObjectShape = Readonly<Record<string, FieldShape>>;
export type FieldType = 'string' | 'number' | 'boolean' | 'array' | 'object';
export type FieldShape =
  | FieldType
  | `${FieldType}?`
  /** The values seen so far; another one goes through, and is noted. */
  | { readonly oneOf: readonly string[]; readonly nullable?: boolean };

export interface ReadContext {
  readonly signal: AbortSignal;
  /** Something odd that stops nothing: told to the operator, never with values. */
  readonly warn: (code: string, message: string) => void;
}

export type ReadWindow = (window: Window, context: ReadContext) => AsyncIterable<SourcePage>;

/** A stream whose API filters by time. A window is landed whole or not at all. */
export interface WindowReading {
  readonly kind: 'window';
  /** The longest window of one batch. */
  readonly windowMs: number;
  /** Read again before the cursor at each run: clocks of a source run late. */
  readonly overlapMs: number;
  /** Never nearer to now than this. */
  readonly lagMs: number;
  /** The source forgets what is older; a cursor older than this leaves a gap. Undefined: it remembers everything. */
  readonly forgetsAfterMs?: number;
  /** A cursor older than this is worth an alarm. */
  readonly alarmAfterMs?: number;
  /** Streams whose history is read again to close such a gap, before this stream goes on. */
  readonly closesGapWith?: readonly string[];
  /** Has no history of its own: without a cursor it begins with the run, before any other stream is read. */
  readonly beginsWithRun?: boolean;
  readonly pages: ReadWindow;
}

/** A stream that goes on from an opaque cursor. A group of pages is landed whole or not at all. */
export interface CursorReading {
  readonly kind: 'cursor';
  readonly pagesPerBatch: number;
  /** Never asks for anything nearer to now than this where it begins from a time. */
  readonly lagMs: number;
  /** Goes on after a cursor, or begins at a time. Each page says where to go on; the last one says that it is. */
  readonly pages: (
    from: { readonly cursor: string } | { readonly startMs: number },
    context: ReadContext,
  ) => AsyncIterable<SourcePage>;
}

/** A second look at what the first could have missed; it moves no cursor. */
export type Reconciliation =
  /** The window before now again. */
  | { readonly kind: 'window'; readonly lookbackMs: number }
  /** Whatever the stream knows better. All of its pages are one batch. */
  | { readonly kind: 'pages'; readonly pages: ReadWindow; readonly lookbackMs: number };

/** One stream of a source, as data. */
export interface StreamDefinition {
  readonly stream: string;
  readonly tables: readonly StreamTable[];
  readonly reading: WindowReading | CursorReading;
  readonly reconcile?: Reconciliation;
}
