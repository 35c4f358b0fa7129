import type { Row } from '../../../warehouse/warehouse.ts';
import type { CompileScope } from '../compile/compile.ts';
import { templateLog } from '../compile/template-log.ts';
import type { EngineContext } from '../context.ts';
import { mustModel } from '../project/laws.ts';
import type { Model } from '../project/model.ts';
import { deltaRelation, publishedRelation, rawTable } from '../warehouse/relations.ts';

/** How publishing writes a delta; what depends on the warehouse's abilities is decided when the delta is computed. */
export type DeltaWrite =
  /** The new rows replace the table. */
  | {
      readonly how: 'replace';
      /** The new rows; a table in production's schema is renamed, any other copied. Undefined: the run's `new`. */
      readonly fresh?: string;
      /** DDL may stand inside the transaction. */
      readonly isTransactional: boolean;
      /** The table as it is: absent, of the same columns, or of others. */
      readonly existing: 'none' | 'same' | 'other';
      /** What stands under its name is a view: the model was one. */
      readonly replacesView: boolean;
    }
  /** Rows go and come; `match` are the columns or expressions that tell which, null-safe. */
  | {
      readonly how: 'rows';
      readonly match: readonly string[];
      /** Columns of the added rows; undefined: as the table has them. */
      readonly columns: readonly string[] | undefined;
      /** DDL that must have run before the transaction. */
      readonly before: readonly string[];
      /** The feed gets no rows and starts anew after the commit: its columns changed. */
      readonly isNewFeed: boolean;
      /** They were computed by touch key, so that every removed row has one, and a unique key. */
      readonly isTouched: boolean;
    }
  /** A view's definition; undefined where it stays. */
  | {
      readonly how: 'view';
      readonly isTransactional: boolean;
      readonly sql: string | undefined;
      /** What stands under its name is a table: the model was one. */
      readonly replacesTable: boolean;
    };

/**
 * What a build did to one model, beside production and not yet published. full: the relation `new` holds all rows, and
 * readers must be rebuilt. incremental: `removed` and `added` are the exact difference with production. Either way
 * `current` is what the model will be.
 */
export interface ModelDelta {
  readonly model: Model;
  readonly kind: 'full' | 'incremental';
  readonly fingerprint: string;
  /** Rows removed; 0 where all are replaced. */
  readonly removed: number;
  /** Rows added; all rows where all are replaced; 0 for views. */
  readonly added: number;
  /** Undefined: by kind, full replaces and incremental goes by the unique key. */
  readonly write?: DeltaWrite;
  /** A condition on the days of the removed rows, as the model is pruned by; undefined: none is known. */
  readonly removedDays?: string | undefined;
  /** SQL of post-hooks and grants; undefined: none. */
  readonly followUps?: FollowUps;
}

/** What follows a model's rows. */
export interface FollowUps {
  /** Inside the publish transaction, after the rows. */
  readonly inside: readonly string[];
  /** After its commit. */
  readonly after: readonly string[];
}

/** The facts of one run that decide what names stand for. */
export interface BuildRun {
  readonly id: string;
  /** The version that this run will publish. */
  readonly version: bigint;
  /** Staging step that this run reads. */
  readonly stageStep: bigint;
  readonly deltas: Map<string, ModelDelta>;
  readonly consumed: ReadonlyMap<string, ReadonlyMap<string, bigint>>;
  /** Models whose removed and added rows stand together in their relation `differing`, told apart by `_image`. */
  readonly together: Set<string>;
  /** What the platform asked in this run, by SQL: over rows that are computed and stay; undefined remembers nothing. */
  readonly answers?: Map<string, Promise<readonly Row[]>>;
}

/** What to select a delta's rows from. */
export function changedRows(run: BuildRun, model: Model, part: 'removed' | 'added'): string {
  if (!run.together.has(model.name)) return deltaRelation(model, part, run.id);
  const rows = deltaRelation(model, 'differing', run.id);
  return `(select * exclude (_image) from ${rows} where _image = '${imageOf[part]}')`;
}

/** The relation that a delta's rows stand in, with or without others. */
export function changedRelation(run: BuildRun, model: Model, part: 'removed' | 'added'): string {
  return deltaRelation(model, run.together.has(model.name) ? 'differing' : part, run.id);
}

/** How a feed, and a relation of both, calls a delta's rows. */
export const imageOf = { removed: 'before', added: 'after' } as const;

async function askOnce({ warehouse }: EngineContext, run: BuildRun, sql: string): Promise<readonly Row[]> {
  const asked = run.answers?.get(sql) ?? warehouse.query(sql);
  run.answers?.set(sql, asked);
  // What could not be answered is asked again.
  return await asked.catch((error: unknown) => {
    run.answers?.delete(sql);
    throw error;
  });
}

/** Names as later models of the run, and all checks, see them: current with the run's deltas applied. */
export function runScope(context: EngineContext, run: BuildRun): CompileScope {
  return {
    dialect: context.warehouse.capabilities.dialect,
    relation: (name) => {
      const model = mustModel(context.project, name);
      return run.deltas.has(name) ? deltaRelation(model, 'current', run.id) : publishedRelation(model);
    },
    source: rawTable,
    runQuery: (sql) => context.warehouse.query(sql),
    askOnce: (sql) => askOnce(context, run, sql),
    runId: run.id,
    onLog: templateLog(context),
  };
}
