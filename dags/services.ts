import type { LandingStatus } from '../ingest/landing/landing-status.ts';
import type { Loader } from '../ingest/landing/load.ts';
import type { ShopCapture } from '../ingest/postgres/capture.ts';
import type { Transforms } from '../transforms/engine/transforms.ts';

/** What tasks are given as `context.services`: the data doors, each opened when a task first asks for it. */
export interface PipelineServices {
  /** Change data capture of the shop, set up: the first snapshot is landed. */
  readonly capture: () => Promise<Pick<ShopCapture, 'capture'>>;
  /** Landed files to raw tables. */
  readonly loader: () => Promise<Loader>;
  /** How far the shop is landed and loaded. */
  readonly landingStatus: () => Promise<LandingStatus>;
  /** Raw to published marts. A publication also reaches the semantic layer, whoever built it. */
  readonly transforms: () => Promise<
    Pick<Transforms, 'stage' | 'build' | 'rerun' | 'publishedFor' | 'isBehind'>
  >;
}
