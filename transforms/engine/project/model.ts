import type { Template } from '../../../lib/jinja/ast.ts';
import type { Environment } from './environment.ts';
import type { MacroTable } from './macros.ts';

/** A layer is a schema with its own grants; the folder a model lies in decides it. */
export type Layer = 'seeds' | 'staging' | 'intermediate' | 'marts';

/** What a model does when the columns of its SQL differ from those of its table. */
export type OnSchemaChange = 'fail' | 'ignore' | 'append_new_columns' | 'sync_all_columns';

/** How changed rows of a model's inputs lead to the rows of its own that must be computed anew. */
export interface Keying {
  /** The column by which rows are recomputed together: all rows of a touched key, or none. */
  readonly touchKey: string;
  /** Per input: a column of it, a select over {{ changed() }}, or 'never'. Templates. */
  readonly touchedBy: Readonly<Record<string, string>>;
}

/**
 * How a model lives in the warehouse.
 * latest: the newest row per key of a captured table, deletes remembered.
 * history: every version of every row of a captured table.
 * ephemeral: inlined into the models that refer to it.
 * view: a view, replaced when its definition changes.
 * table: computed whole whenever an input changed.
 * seed: the rows of a CSV file.
 * incremental: keys_touched recomputes all rows of the touched business keys; append, merge and delete+insert are dbt's.
 * scd2: versions with half-open validity ranges, built from a change log, recomputed for touched keys.
 */
export type Materialization =
  | { readonly kind: 'latest' | 'history'; readonly uniqueKey: string }
  | { readonly kind: 'ephemeral' }
  | { readonly kind: 'view' }
  | { readonly kind: 'table'; readonly uniqueKey: string | undefined }
  | {
      readonly kind: 'seed';
      readonly columnTypes: Readonly<Record<string, string>>;
      /** Between the values of a line; a comma unless said. */
      readonly delimiter?: string | undefined;
      /** Whether columns keep their spelling; true unless said. Unquoted, a warehouse folds it as it does all names. */
      readonly quoteColumns?: boolean | undefined;
    }
  | ({
      readonly kind: 'incremental';
      readonly strategy: 'keys_touched';
      readonly uniqueKey: string;
      /** A date column that bounds a publish's deletes, so that a warehouse prunes partitions. */
      readonly pruneBy: string | undefined;
    } & Keying)
  | {
      readonly kind: 'incremental';
      readonly strategy: 'append' | 'merge' | 'delete+insert';
      readonly uniqueKey: readonly string[];
    }
  | ({
      readonly kind: 'scd2';
      readonly uniqueKey: string;
      readonly pruneBy: string | undefined;
      readonly scd2: Scd2;
    } & Keying);

/** The columns of a change log that a slowly changing dimension is built from. */
export interface Scd2 {
  /** Column of the business key; the durable key is its hash. */
  readonly naturalKey: string;
  /** Type 2: columns whose change opens a version. */
  readonly attributes: readonly string[];
  /** Columns that the attributes decide (the name behind an id); each version shows its own row's. */
  readonly derived: readonly string[];
  /** Type 1: columns that every version shows as the newest row has them. */
  readonly type1: readonly string[];
  /** When the source says a row changed. */
  readonly updatedAt: string;
  /** Name of the durable key's column. */
  readonly durableKey: string;
  /**
   * flag: all versions of a deleted key say is_deleted, and its last one stays the current one. new_record: a delete
   * opens a version that says is_deleted, and a row that comes back the next one.
   */
  readonly hardDeletes: 'flag' | 'new_record';
  /** Keys that facts name before (or without) a row of their own: `ref.column`. The refs are inputs of the model. */
  readonly inferredFrom: ReadonlyArray<{
    readonly ref: string;
    readonly column: string;
    /** Booleans beside an inferred member: whether this input names it. */
    readonly marks: readonly string[];
  }>;
  /** Values of an inferred member's columns, SQL; a column without one is null. */
  readonly inferredValues: Readonly<Record<string, string>>;
  /** Standing members (-1 unknown, -2 not applicable): natural key, and SQL values of its columns. */
  readonly standing: readonly {
    readonly key: string;
    readonly isInferred: boolean;
    readonly values: Readonly<Record<string, string>>;
  }[];
}

/** When the failures of a check become a warning or an error. dbt's meaning. */
export interface TestConfig {
  readonly severity: 'error' | 'warn';
  /** Conditions on the number of failures, such as `>10`; default `!= 0`. */
  readonly errorIf: string;
  readonly warnIf: string;
  /** SQL that narrows the rows under test. */
  readonly where: string | undefined;
  readonly limit: number | undefined;
  readonly storeFailures: boolean;
  readonly failCalc: string;
  readonly tags: readonly string[];
  readonly meta: Readonly<Record<string, unknown>>;
  /** Schema and table that failures are kept in, instead of the common schema and the test's name. */
  readonly schema?: string | undefined;
  readonly alias?: string | undefined;
  readonly group?: string | undefined;
}

/** When a check is run that is no part of every build. */
export const cadences = ['hourly', 'weekly'] as const;
export type Cadence = (typeof cadences)[number];

/** `meta: { cadence: hourly }` of a check; undefined: it is part of every build that changes what it reads. */
export function cadenceOf({ meta }: Pick<TestConfig, 'meta'>): Cadence | undefined {
  return cadences.find((cadence) => cadence === meta['cadence']);
}

/** A generic check on one column, one model or one source table, as declared in YAML. */
export interface DataTest {
  /** Unique in the project, as dbt makes it: `not_null_dim_customer_customer_key`. */
  readonly name: string;
  /** The name where it must be short, such as that of a table of failures: at most 63 characters. */
  readonly alias?: string | undefined;
  /** The `name:` of its entry; undefined where dbt's rule named it. */
  readonly ownName?: string | undefined;
  readonly uniqueId: string;
  /** The generic test: unique, not_null, accepted_values, relationships or a `{% test %}` of the project. */
  readonly kind: string;
  /** What it stands on: a key of Project.models, or `source.table`. */
  readonly attachedTo: { readonly kind: 'model' | 'source'; readonly name: string };
  readonly column: string | undefined;
  /** Arguments as written, templates in them not yet rendered. */
  readonly arguments: Readonly<Record<string, unknown>>;
  /** Models it reads, the attached one first. */
  readonly refs: readonly string[];
  readonly sources: readonly string[];
  readonly config: TestConfig;
  readonly file: string;
  readonly line: number;
}

/** What a model's YAML says of one of its columns. */
export interface ColumnDoc {
  readonly name: string;
  /** Line of its entry in the model's YAML file. */
  readonly line?: number | undefined;
  readonly description: string;
  /** Declared type, for contracts; as written. */
  readonly dataType: string | undefined;
  readonly constraints: readonly {
    readonly type: string;
    readonly expression: string | undefined;
    readonly columns: readonly string[];
  }[];
  readonly tags: readonly string[];
  readonly meta: Readonly<Record<string, unknown>>;
}

/** Settings of a model after file, YAML and project were put together. */
export interface ModelConfig {
  readonly enabled: boolean;
  readonly schema: string;
  readonly alias: string;
  readonly tags: readonly string[];
  readonly meta: Readonly<Record<string, unknown>>;
  readonly group: string | undefined;
  readonly access: 'private' | 'protected' | 'public';
  readonly onSchemaChange: OnSchemaChange;
  readonly contractEnforced: boolean;
  /** Column that says when the row's event happened; bounds backfills by date. */
  readonly eventTime: string | undefined;
  /** False forbids --full-refresh, true forces it, undefined leaves it to the command. */
  readonly fullRefresh: boolean | undefined;
  readonly preHook: readonly string[];
  readonly postHook: readonly string[];
  readonly grants: Readonly<Record<string, readonly string[]>>;
  readonly queryTag: string | undefined;
  /** Everything as authored, for the manifest and for `config.` selectors. */
  readonly authored: Readonly<Record<string, unknown>>;
}

/** A model or seed as authored: one SQL or CSV file and its YAML properties. */
export interface Model {
  /** Key in Project.models: the file's name; `name.v2` for a version. */
  readonly name: string;
  /** dbt's id: `model.shopwave.dim_customer`, `seed.shopwave.countries`, `model.shopwave.dim_customer.v2`. */
  readonly uniqueId: string;
  /** Name without version. */
  readonly baseName: string;
  readonly version: string | undefined;
  /** The version that a ref without one means; undefined where the model has no versions. */
  readonly latestVersion?: string | undefined;
  /** Ids of the project's macros that it reaches, directly or through others: keys of Project.macros. */
  readonly macros?: readonly string[] | undefined;
  readonly layer: Layer;
  readonly file: string;
  /** Line of its entry in the YAML file, and that file; undefined where it has none. */
  readonly properties: { readonly file: string; readonly line: number } | undefined;
  readonly description: string;
  readonly materialization: Materialization;
  readonly config: ModelConfig;
  readonly columns: readonly ColumnDoc[];
  readonly tests: readonly DataTest[];
  readonly template: Template;
  /** The file's text; of a seed, its rows. */
  readonly rawCode: string;
  /** Whether it restricts itself with touched(), directly or in a macro. */
  readonly callsTouched: boolean;
  /** SHA-256 of the file's text. */
  readonly checksum: string;
  /** Models it refers to, inlined ones included, in order of appearance. */
  readonly refs: readonly string[];
  /** Raw tables it reads as `source.table`. */
  readonly sources: readonly string[];
}

/** A test that is a query of its own: rows returned are failures. */
export interface SingularTest {
  readonly name: string;
  readonly uniqueId: string;
  readonly file: string;
  readonly description: string;
  readonly rawCode: string;
  /** SHA-256 of the file's text. */
  readonly checksum?: string | undefined;
  /** Ids of the project's macros that it reaches. */
  readonly macros?: readonly string[] | undefined;
  readonly template: Template;
  readonly refs: readonly string[];
  readonly sources: readonly string[];
  readonly config: TestConfig;
}

/** Rows of one relation in a unit test: dicts, CSV text or SQL. */
export type Fixture =
  | { readonly format: 'dict'; readonly rows: readonly Readonly<Record<string, unknown>>[] }
  | { readonly format: 'csv' | 'sql'; readonly text: string };

/** given/expect on one model, run on DuckDB without any table of the warehouse. */
export interface UnitTest {
  readonly name: string;
  readonly uniqueId: string;
  readonly model: string;
  readonly description: string;
  readonly given: readonly {
    /** `ref('x')`, `source('a', 'b')` or `this`, resolved. */
    readonly input: { readonly kind: 'model' | 'source'; readonly name: string } | { readonly kind: 'this' };
    readonly fixture: Fixture;
  }[];
  readonly expect: Fixture;
  readonly overrides: {
    readonly macros: Readonly<Record<string, unknown>>;
    readonly vars: Readonly<Record<string, unknown>>;
    readonly envVars: Readonly<Record<string, string>>;
  };
  readonly tags: readonly string[];
  readonly file: string;
  readonly line: number;
}

/** A raw table as declared under sources:. */
export interface SourceTable {
  /** `shop.orders`. */
  readonly name: string;
  readonly uniqueId: string;
  readonly sourceName: string;
  readonly tableName: string;
  readonly description: string;
  readonly columns: readonly ColumnDoc[];
  readonly tests: readonly DataTest[];
  readonly freshness:
    | {
        readonly warnAfter: { readonly count: number; readonly period: string } | undefined;
        readonly errorAfter: { readonly count: number; readonly period: string } | undefined;
        readonly filter: string | undefined;
      }
    | undefined;
  readonly loadedAtField: string | undefined;
  readonly loadedAtQuery: string | undefined;
  readonly tags: readonly string[];
  readonly meta: Readonly<Record<string, unknown>>;
  readonly file: string;
  readonly line: number;
}

/** Something outside that reads the marts: a dashboard, a notebook, an application. */
export interface Exposure {
  readonly name: string;
  readonly uniqueId: string;
  readonly label: string | undefined;
  readonly type: string;
  readonly description: string;
  readonly owner: { readonly name: string | undefined; readonly email: string | undefined };
  readonly url: string | undefined;
  readonly maturity: string | undefined;
  /** Models and sources it reads. */
  readonly refs: readonly string[];
  readonly sources: readonly string[];
  readonly tags: readonly string[];
  readonly meta: Readonly<Record<string, unknown>>;
  readonly file: string;
}

/** A macro of the project's own. */
export interface ProjectMacro {
  /** `macro.shopwave.cents`. */
  readonly uniqueId: string;
  readonly name: string;
  /** Its text, from `{% macro` to `{% endmacro %}`. */
  readonly text: string;
  /** Ids of the project's macros that it calls itself. */
  readonly macros: readonly string[];
  readonly description: string;
  readonly file: string;
}

/** Everything under transforms/, parsed and checked; no warehouse was asked. */
export interface Project {
  readonly name: string;
  readonly folder: string;
  readonly models: ReadonlyMap<string, Model>;
  readonly sources: ReadonlyMap<string, SourceTable>;
  readonly tests: readonly SingularTest[];
  readonly unitTests: readonly UnitTest[];
  readonly exposures: readonly Exposure[];
  /** By unique id. */
  readonly macros?: ReadonlyMap<string, ProjectMacro> | undefined;
  /** Model names so that each comes after all it refers to. */
  readonly order: readonly string[];
  readonly vars: Readonly<Record<string, unknown>>;
  /** What rendering needs besides the nodes. */
  readonly authoring: Authoring;
}

/** The parts of a project that templates are rendered with. */
export interface Authoring {
  readonly environment: Environment;
  /** Macros and generic tests of the project by the name they are called under. */
  readonly macros: MacroTable;
  /** Docs blocks by name. */
  readonly docs: ReadonlyMap<string, string>;
}

/** The keying of a model that is recomputed for touched keys; undefined for all others. */
export function keyingOf(model: Model): (Keying & { readonly uniqueKey: string }) | undefined {
  const { materialization } = model;
  if (materialization.kind === 'scd2') return materialization;
  if (materialization.kind === 'incremental' && materialization.strategy === 'keys_touched')
    return materialization;
  return undefined;
}
