import type { NodeResult } from '../artifacts/run-results.ts';
import type { CheckResult } from '../checks/check.ts';
import type { BuildRun } from '../materialize/delta.ts';
import type { ModelPlan } from '../materialize/model-plan.ts';
import type { Session } from '../../../warehouse/warehouse.ts';
import type { Publication, RunState } from '../warehouse/state.ts';
import type { Refresh } from './plan.ts';

/** Models computed side by side where nobody says how many. */
export const defaultThreads = 2;

/** What a person or a task may ask of a build. */
export interface BuildOptions {
  /** Only these models (keys of Project.models); undefined means all. */
  readonly select?: ReadonlySet<string>;
  readonly exclude?: ReadonlySet<string>;
  /** Rebuilds the selected models whole, beside production. */
  readonly fullRefresh?: boolean;
  /** Overrides of the project's vars, for this build. */
  readonly vars?: Readonly<Record<string, unknown>>;
  /** Models computed side by side; `defaultThreads` unless said. */
  readonly threads?: number;
  /** Computes and checks everything, publishes nothing and leaves nothing behind. */
  readonly dryRun?: boolean;
  /** Who asks, such as the task of a DAG run: recorded with what is published for it. */
  readonly requestedBy?: string;
  /** Told what became of every node, also where the build then throws because nothing may be published. */
  readonly onNodes?: (nodes: readonly NodeResult[]) => void;
  /** Ends the build between two statements; nothing of it is published then. */
  readonly signal?: AbortSignal;
}

/** What a run computes although no input may have changed. */
export interface Asked {
  /** Touch keys: per model a relation of the run's own with touch_key. */
  readonly keys: ReadonlyMap<string, string>;
  /** Models without touch keys, made whole where they may be. */
  readonly whole: ReadonlySet<string>;
}

/** Nothing is asked for. */
export const nothingAsked: Asked = { keys: new Map(), whole: new Set() };

/** One run of the engine, as build, rerun and backfill ask for it. */
export interface RunRequest {
  readonly select: ReadonlySet<string> | undefined;
  /** Takes along whatever would stand behind the selected models in the version; undefined: they alone, as in dbt. */
  readonly takeAlong?: { readonly except: ReadonlySet<string> };
  /** Models to be made whole because somebody says so. */
  readonly refresh: (model: string) => Refresh | undefined;
  /** What to compute besides what inputs touched; asked when the run has its lease and has read its state. */
  readonly ask?: (run: BuildRun, state: RunState) => Promise<Asked>;
  readonly threads: number;
  readonly dryRun: boolean;
  readonly requestedBy?: BuildOptions['requestedBy'];
  readonly onNodes?: BuildOptions['onNodes'];
  /**
   * Written in the publish transaction, or by itself where nothing differs; told what is held back, and which version is
   * published, if any.
   */
  readonly alongside?: (
    session: Session,
    held: ReadonlySet<string>,
    version: bigint | undefined,
  ) => Promise<void>;
}

/**
 * published: its rows changed in the new version. unchanged: computed, and nothing differed. skipped: no input had
 * changed. held: stays at its last good version.
 */
export type ModelStatus = 'published' | 'unchanged' | 'skipped' | 'held';

export interface ModelResult {
  readonly model: string;
  readonly kind: ModelPlan['kind'];
  readonly status: ModelStatus;
  readonly removed: number;
  readonly added: number;
  /** The version it stands at; null before its first. */
  readonly version: number | null;
  /** Commit end LSN of the source that its rows reflect, and when that was committed; null before its first. */
  readonly sourceWatermark: string | null;
  readonly sourceCommittedAt: string | null;
  /** Why it is held back, one line each. */
  readonly reasons: readonly string[];
  readonly seconds: number;
}

/** A model that a build left at its last good version. */
export interface HeldModel {
  readonly model: string;
  /** The version it stays at; null where it never had one. */
  readonly version: number | null;
  /** UTC; since when it is held back without interruption. */
  readonly since: string;
  readonly sourceWatermark: string | null;
  readonly sourceCommittedAt: string | null;
  readonly reasons: readonly string[];
}

type Texts = Readonly<Record<string, string | null>>;

/**
 * A row that a dry run would change, its values as text. Of a changed row `before` and `after` have the columns that
 * differ; `before` is null for a new row, `after` for one that goes.
 */
export interface PreviewRow {
  /** Touch key and unique key; empty for a model without, whose rows are shown whole. */
  readonly key: Texts;
  readonly before: Texts | null;
  readonly after: Texts | null;
}

/** Rows that a dry run would change in one model. */
export interface ModelPreview {
  readonly model: string;
  readonly keysTouched: number | null;
  readonly removed: number;
  readonly added: number;
  /** Some of the changed rows. */
  readonly sample: readonly PreviewRow[];
}

/** What a run of a selection did not bring forward. */
export interface Behind {
  /** Step of staging that the run read. */
  readonly step: number;
  /** Models that have not read that step. */
  readonly models: readonly string[];
  /** Models that have read it, and not what the run published. */
  readonly readers: readonly string[];
  /** Selectors to add, so that checks which failed would compare with rows of the same step. */
  readonly add: readonly string[];
}

export interface BuildResult {
  /** False when nothing was published: no input had changed, or it was a dry run. */
  readonly published: boolean;
  readonly publication: Publication | undefined;
  /** Nothing that was loaded when the run began is left to stage, to publish or to try to. */
  readonly isUpToDate: boolean;
  readonly models: readonly ModelResult[];
  readonly held: readonly HeldModel[];
  /** What was left out of the run, and stands behind it now. */
  readonly behind: Behind;
  readonly checks: readonly CheckResult[];
  /** Models and checks in dbt's words, for run_results.json. */
  readonly nodes: readonly NodeResult[];
  /** Of a dry run. */
  readonly preview: readonly ModelPreview[];
}
