import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/logger.ts';
import type { OnProgress } from '../lib/progress.ts';
import type { OnSchedulerEvent } from '../scheduler/events.ts';
import type { ModelState } from '../semantic/server/reload/model-host.ts';
import type { PlatformConfig } from './config.ts';
import type { DataPaths } from './data-dir.ts';
import type { WarehouseChoice } from './warehouse-settings.ts';

/** What a platform is made from. */
export interface PlatformOptions {
  readonly paths: DataPaths;
  readonly config: PlatformConfig;
  readonly warehouse: WarehouseChoice;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly onProgress: OnProgress;
  readonly onSchedulerEvent?: OnSchedulerEvent;
  /** Whether the SQL API takes any port that is free, whatever the settings say. */
  readonly isAnyPort?: boolean;
  /** Set where metrics are served: their model then follows its files. */
  readonly onModelChange?: (state: ModelState) => void;
}
