import type { Clock } from '../../lib/clock.ts';
import type { Logger } from '../../lib/logger.ts';
import type { OnProgress } from '../../lib/progress.ts';
import type { Warehouse } from '../../warehouse/warehouse.ts';
import type { StandingShapes } from './materialize/shape.ts';
import type { Project } from './project/model.ts';

/** What every part of the engine works with; compiled once, passed down. */
export interface EngineContext {
  readonly project: Project;
  readonly warehouse: Warehouse;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly onProgress: OnProgress;
  /** Rows of its largest input that a model built whole reads at a time; its memory goes by this. */
  readonly sliceRows?: number;
  /** Columns of what stands in the warehouse, in one run. */
  readonly shapes?: StandingShapes;
}
