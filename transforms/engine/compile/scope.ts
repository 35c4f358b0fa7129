import type { Row } from '../../../warehouse/warehouse.ts';
import type { Dialect } from '../dialect/dialect.ts';
import type { RunFlags } from './flags.ts';
import type { OnLog } from './template-log.ts';
import type { Restriction } from './restriction.ts';
import type { AskedKeys } from './touched-in-run.ts';

/** What a model's names stand for in one rendering. */
export interface CompileScope extends Restriction {
  readonly dialect: Dialect;
  /** The relation a stored model is read from. */
  readonly relation: (model: string) => string;
  /** The relation a raw table is read from; `source` is `source.table`. */
  readonly source: (source: string) => string;
  /** The touch key of the model that is rendered, for touched() in what it inlines. */
  readonly touchKey?: string | undefined;
  /** The relation of an input's changed rows; only inside touched_by mappings. */
  readonly changed?: string | undefined;
  /** What is_incremental() answers; false unless said. */
  readonly isIncremental?: boolean | undefined;
  /** `{{ this }}`; the model's own schema and alias unless said. */
  readonly self?: string | undefined;
  /** Asks the warehouse, for run_query and the adapter; without it those are a typed error. */
  readonly runQuery?: ((sql: string) => Promise<readonly Row[]>) | undefined;
  /** The same for questions of the platform's own, whose answer stays the same in one run. */
  readonly askOnce?: ((sql: string) => Promise<readonly Row[]>) | undefined;
  /** Further functions of texts, by name; what they hide of the project's is theirs to decide. */
  readonly functions?: Readonly<Record<string, (args: readonly string[]) => string>> | undefined;
  /**
   * For touched_in_run() in tests: a relation of the rows of a model that changed since the test last passed, before
   * and after images, or undefined where the test must look at everything. Absent: everything.
   */
  readonly changedInRun?: ((model: string) => string | undefined) | undefined;
  /** For touched_in_run(): the condition by keys that are gathered once for all tests of a run. */
  readonly keysInRun?: ((asked: AskedKeys) => string | undefined) | undefined;
  /** Values instead of the project's, for unit tests. */
  readonly overrides?: Overrides | undefined;
  /** When the run began and its id, for run_started_at and invocation_id; the moment of rendering unless said. */
  readonly startedAt?: Date | undefined;
  readonly runId?: string | undefined;
  /** What log() and print() say; without it, what is meant for people goes where the project's warnings go. */
  readonly onLog?: OnLog | undefined;
  /** What `flags` answers. */
  readonly flags?: RunFlags | undefined;
}

/** What a unit test puts in the place of macros, vars and environment variables. */
export interface Overrides {
  /** Results of macros: `is_incremental`, `dbt.current_timestamp`, `dbt_utils.star`, ... */
  readonly macros: Readonly<Record<string, unknown>>;
  readonly vars?: Readonly<Record<string, unknown>>;
  readonly envVars: Readonly<Record<string, string>>;
}
