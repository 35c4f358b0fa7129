import type { DriftChange } from '../ingest/drift/change.ts';
import type { Extractor } from '../ingest/extract/extractor.ts';
import type { LandingStatus } from '../ingest/landing/landing-status.ts';
import type { Loader } from '../ingest/landing/load.ts';
import type { ShopCapture } from '../ingest/postgres/capture.ts';
import type { Semantic } from '../semantic/server/semantic.ts';
import type { Transforms } from '../transforms/engine/transforms.ts';

/** Sources that are read through an API. */
export type ApiSource = 'stripe' | 'shopify' | 'zendesk';

/** A source's door; one that compares what it read with itself tells what the last comparison found. */
export interface ApiExtractor extends Pick<Extractor, 'extract' | 'status'> {
  readonly reconciliation?: () => { readonly error: Error | undefined } | undefined;
}

/** What the archive needs every day; each tells how much there was to do. */
export interface ArchiveUpkeep {
  /** Makes Parquet of closed days; resolves to how many files. */
  readonly compact: (signal: AbortSignal) => Promise<number>;
  /** Removes originals whose compacted rows were read back; resolves to how many files. */
  readonly removeOriginals: (signal: AbortSignal) => Promise<number>;
  /** Reads everything that manifests name; resolves to what is wrong. */
  readonly verify: (signal: AbortSignal) => Promise<readonly string[]>;
  /** Takes closed business keys out of raw that are older than three years; resolves to how many rows. */
  readonly retire: (signal: AbortSignal) => Promise<number>;
}

/** What tasks are given as `context.services`: the data doors, each opened when a task first asks for it. */
export interface PipelineServices {
  /** Change data capture of the shop, set up: the first snapshot is landed. */
  readonly capture: () => Promise<Pick<ShopCapture, 'capture'>>;
  /** Landed files to raw tables. */
  readonly loader: () => Promise<Loader>;
  /** How far the shop is landed and loaded. */
  readonly landingStatus: () => Promise<LandingStatus>;
  /** Looks at the shop's catalogue; what has changed since the last look. */
  readonly watchShop: () => Promise<readonly DriftChange[]>;
  /** A source that is read through an API; undefined where it is not configured. */
  readonly extractor: (source: ApiSource) => Promise<ApiExtractor | undefined>;
  /** Its landed files to raw tables. */
  readonly apiLoader: (source: ApiSource) => Promise<Loader>;
  /** Brings the history of retired keys back that what was loaded since touches. */
  readonly restoreTouched: () => Promise<{ readonly keys: number; readonly rows: number }>;
  readonly archiveUpkeep: () => Promise<ArchiveUpkeep>;
  /** Raw to published marts. A publication also reaches the semantic layer, whoever built it. */
  readonly transforms: () => Promise<
    Pick<
      Transforms,
      | 'stage'
      | 'build'
      | 'rerun'
      | 'publishedFor'
      | 'isBehind'
      | 'runCadence'
      | 'checkMetrics'
      | 'drift'
      | 'pruneResults'
    >
  >;
  /** The governed metrics, as everybody is served them. */
  readonly metrics: () => Promise<Pick<Semantic, 'catalog' | 'queryMetrics'>>;
}
