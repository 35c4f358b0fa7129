import type { Clock } from '../../lib/clock.ts';
import type { Logger } from '../../lib/logger.ts';
import type { OnProgress } from '../../lib/progress.ts';
import type { ExtractChain } from '../landing/extract-chain.ts';
import type { ObjectStore } from '../landing/object-store.ts';
import type { FieldHit } from '../pci/projection.ts';
import type { Protection } from '../pci/protection.ts';
import type { DriftObservation } from './drift.ts';

/** What differed in one landed batch; the registry keeps it. */
export interface BatchDrift {
  readonly source: string;
  readonly stream: string;
  readonly batchId: string;
  readonly observations: readonly DriftObservation[];
}

/** What reading a stream needs. */
export interface ExtractDeps {
  readonly source: string;
  readonly apiVersion: string;
  readonly chain: ExtractChain;
  readonly store: ObjectStore;
  readonly protection: Protection;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly onProgress: OnProgress;
  readonly onDrift: (drift: BatchDrift) => Promise<void> | void;
  /** A card number was found in free text, and replaced. */
  readonly onCardNumber?: (table: string, hits: readonly FieldHit[]) => void;
  /** Where history begins, milliseconds since 1970. */
  readonly historyFromMs: number;
  /** Windows of one stream that are read side by side while it catches up. */
  readonly windowsAtOnce: number;
}
