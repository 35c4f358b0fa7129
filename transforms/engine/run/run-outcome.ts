import type { BuildRun } from '../materialize/delta.ts';
import type { HeldMark, Publication, RunState } from '../warehouse/state.ts';
import type { Computed } from './compute-deltas.ts';
import type { Verdict } from './gate.ts';
import type { ModelPreview } from './request.ts';

/** Everything that one run came to know, for its result. */
export interface RunOutcome {
  readonly run: BuildRun;
  readonly state: RunState;
  readonly computed: ReadonlyMap<string, Computed>;
  readonly verdict: Verdict;
  readonly held: ReadonlyMap<string, HeldMark>;
  readonly publication: Publication | undefined;
  readonly preview: readonly ModelPreview[];
}
