import type { Manifest } from '../artifacts/manifest.ts';
import type { RunResults } from '../artifacts/run-results.ts';
import type { Sources } from '../artifacts/sources.ts';
import type { IndirectSelection, Selection } from './selection.ts';

/** What a selection may compare the project with. Read with readArtifact. */
export interface SelectContext {
  /** Of the earlier state, for `state:`. */
  readonly manifest?: Manifest | undefined;
  /** Of the earlier run, for `result:`. */
  readonly runResults?: RunResults | undefined;
  /** Of the earlier and of the present freshness check, for `source_status:`. */
  readonly sources?: Sources | undefined;
  readonly currentSources?: Sources | undefined;
  /** Named selectors, for `selector`. */
  readonly selectors?: ReadonlyMap<string, NamedSelector> | undefined;
}

/** A selection with a name, from selectors.yml. */
export interface NamedSelector {
  readonly name: string;
  readonly description: string;
  /** Whether it stands for a command without --select. */
  readonly isDefault: boolean;
  readonly selection: Selection;
}

/** What to select: dbt's `--select`, `--exclude`, `--selector` and `--indirect-selection`. */
export interface SelectRequest {
  readonly select?: readonly string[] | undefined;
  readonly exclude?: readonly string[] | undefined;
  readonly selector?: string | undefined;
  readonly indirectSelection?: IndirectSelection | undefined;
  readonly context?: SelectContext | undefined;
}
