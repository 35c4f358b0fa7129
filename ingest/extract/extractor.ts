import type { Knex } from 'knex';
import { isTransient, ShopwaveError } from '../../lib/errors.ts';
import { migrateIngest } from '../landing/chain.ts';
import { openExtractChain } from '../landing/extract-chain.ts';
import { extractErrors } from './errors.ts';
import type { ExtractDeps } from './extract-deps.ts';
import { extractStream } from './extract-stream.ts';
import type { ExtractRequest, StreamResult } from './extract-stream.ts';
import { mapAtOnce } from './in-order.ts';
import { readStatus } from './status.ts';
import type { StreamStatus } from './status.ts';
import type { ExtractMode, StreamDefinition, Window } from './stream.ts';

/** A source of objects: its streams, in the order in which they are read. */
export interface SourceDefinition {
  readonly source: string;
  /** Pinned; part of every manifest. */
  readonly apiVersion: string;
  readonly streams: readonly StreamDefinition[];
  /** Tries credentials and every right that the streams need. */
  readonly check: (signal: AbortSignal) => Promise<readonly CheckItem[]>;
}

export interface CheckItem {
  readonly name: string;
  readonly isOk: boolean;
  readonly note: string;
}

export interface ExtractorOptions extends Omit<
  ExtractDeps,
  'source' | 'apiVersion' | 'chain' | 'windowsAtOnce'
> {
  readonly control: Knex;
  readonly windowsAtOnce?: number;
  readonly streamsAtOnce?: number;
}

export interface ExtractOptions {
  readonly mode: ExtractMode;
  /** All unless given. */
  readonly streams?: readonly string[];
  /** For `backfill`. */
  readonly from?: Date;
  readonly to?: Date;
}

export interface ExtractResult {
  readonly batches: number;
  readonly objects: number;
  readonly requests: number;
  readonly streams: readonly StreamResult[];
}

/** One source's door. */
export interface Extractor {
  readonly source: string;
  /**
   * Reads streams side by side. A stream that fails does not stop the others; the call then rejects with the error
   * that needs a person most.
   */
  readonly extract: (signal: AbortSignal, options: ExtractOptions) => Promise<ExtractResult>;
  readonly status: () => Promise<readonly StreamStatus[]>;
  readonly check: (signal: AbortSignal) => Promise<readonly CheckItem[]>;
  /** Tables the streams land in, for the loader. */
  readonly tables: readonly string[];
}

/** Builds a source's door; nothing is asked before it is used. */
export function createExtractor(source: SourceDefinition, options: ExtractorOptions): Extractor {
  const { control, streamsAtOnce = 3, ...rest } = options;
  let opened: Promise<ExtractDeps> | undefined;
  const open = async (): Promise<ExtractDeps> => {
    await migrateIngest(control);
    const { store, clock } = options;
    const chain = await openExtractChain({ source: source.source, control, store, clock });
    return { windowsAtOnce: 4, ...rest, source: source.source, apiVersion: source.apiVersion, chain };
  };
  const deps = async (): Promise<ExtractDeps> => {
    opened ??= open();
    // A control store that was away is asked anew.
    opened.catch(() => (opened = undefined));
    return await opened;
  };
  return {
    source: source.source,
    tables: [...new Set(source.streams.flatMap((each) => each.tables.map(({ table }) => table)))],
    extract: async (signal, wanted) => extractAll(await deps(), source, streamsAtOnce, wanted, signal),
    status: async () => readStatus(control, await deps(), source.streams),
    check: source.check,
  };
}

async function extractAll(
  deps: ExtractDeps,
  source: SourceDefinition,
  streamsAtOnce: number,
  options: ExtractOptions,
  signal: AbortSignal,
): Promise<ExtractResult> {
  const adopted = await deps.chain.recover();
  for (const { batchId } of adopted) {
    deps.logger.info('adopted a batch that a crash left unrecorded', { source: deps.source, batch: batchId });
  }
  const request: ExtractRequest = { mode: options.mode, ...windowOf(options) };
  const closeGap = async (definition: StreamDefinition, gap: Window): Promise<void> => {
    deps.logger.warn('the source has forgotten what was missed: history is read again', {
      source: deps.source,
      stream: definition.stream,
      from: new Date(gap.fromMs).toISOString(),
      to: new Date(gap.toMs).toISOString(),
    });
    const closing = reading(definition)?.closesGapWith ?? [];
    for (const stream of chosen(source, closing)) {
      await extractStream(deps, stream, { mode: 'history' }, async () => {}, signal);
    }
  };
  const streams = chosen(source, options.streams);
  const results: StreamResult[] = [];
  const failures: unknown[] = [];
  const readOne = async (stream: StreamDefinition): Promise<void> => {
    try {
      results.push(await extractStream(deps, stream, request, closeGap, signal));
    } catch (error) {
      failures.push(error);
      logFailure(deps, stream, error);
    }
  };
  // What begins with the run notes changes from now on; history that is read before that would miss some of them.
  for (const stream of streams.filter((each) => reading(each)?.beginsWithRun === true)) await readOne(stream);
  if (failures.length === 0 || !(await isBeginning(deps, streams))) {
    const others = streams.filter((each) => reading(each)?.beginsWithRun !== true);
    await mapAtOnce(others, streamsAtOnce, signal, readOne);
  }
  if (failures.length > 0) throw worstOf(failures);
  return {
    batches: results.reduce((sum, each) => sum + each.batchIds.length, 0),
    objects: results.reduce((sum, each) => sum + each.objects, 0),
    requests: results.reduce((sum, each) => sum + each.requests, 0),
    streams: results,
  };
}

/** Whether a stream that begins with the run has yet to begin. */
async function isBeginning(deps: ExtractDeps, streams: readonly StreamDefinition[]): Promise<boolean> {
  const first = streams.filter((each) => reading(each)?.beginsWithRun === true);
  const cursors = await Promise.all(first.map((each) => deps.chain.cursor(each.stream)));
  return cursors.includes(undefined);
}

function reading(
  definition: StreamDefinition,
): Extract<StreamDefinition['reading'], { kind: 'window' }> | undefined {
  return definition.reading.kind === 'window' ? definition.reading : undefined;
}

function chosen(source: SourceDefinition, names: readonly string[] | undefined): readonly StreamDefinition[] {
  if (names === undefined) return source.streams;
  const known = new Map(source.streams.map((each) => [each.stream, each]));
  return names.map((name) => {
    const stream = known.get(name);
    if (stream !== undefined) return stream;
    throw extractErrors.error('EXTRACT_STREAM_UNKNOWN', {
      message: `${source.source} has no stream ${name}; it has ${[...known.keys()].join(', ')}`,
    });
  });
}

function windowOf({ mode, from, to }: ExtractOptions): { readonly window?: Window } {
  if (mode !== 'backfill') return {};
  if (from === undefined || to === undefined) {
    throw extractErrors.error('EXTRACT_WINDOW_INVALID', {
      message: 'a backfill needs a beginning and an end',
    });
  }
  return { window: { fromMs: from.getTime(), toMs: to.getTime() } };
}

/** One that a retry cannot help comes first: it is what somebody has to act on. */
function worstOf(failures: readonly unknown[]): unknown {
  return failures.find((each) => !isTransient(each)) ?? failures[0];
}

function logFailure(deps: ExtractDeps, stream: StreamDefinition, error: unknown): void {
  deps.logger.error('a stream could not be read', {
    source: deps.source,
    stream: stream.stream,
    code: error instanceof ShopwaveError ? error.code : 'unknown',
  });
}
