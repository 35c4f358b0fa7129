import type { AttemptOutcome, Settled, SettleInput } from '../core/outcome.ts';
import type { DagRun, InstanceKey } from './rows.ts';

/** What a finished attempt leaves behind. */
export interface FinishInput {
  readonly key: InstanceKey;
  readonly token: string;
  readonly now: Date;
  readonly outcome: AttemptOutcome;
  /** Assets that count as produced, if the attempt succeeded. */
  readonly outlets: readonly string[];
  readonly run: DagRun;
  readonly settle: (input: Pick<SettleInput, 'state' | 'tryNumber' | 'maxTries'>) => Settled;
}

/** How a report was taken: undefined means that the token is stale and nothing was changed. */
export type FinishedAttempt = Settled | undefined;
