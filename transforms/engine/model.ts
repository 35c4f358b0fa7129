import type { TemplatePart } from './template/parse.ts';

/** A layer is a schema with its own grants; the folder a model lies in decides it. */
export type Layer = 'staging' | 'intermediate' | 'marts';

/**
 * How a model lives in the warehouse.
 * latest: the newest row per key of a captured table, deletes remembered.
 * history: every version of every row of a captured table.
 * ephemeral: inlined into the models that refer to it.
 * keyed: a table recomputed only for the business keys touched since what it has consumed.
 * table: a table without changing inputs, built when its definition changes.
 */
export type Materialization =
  | { readonly kind: 'latest' | 'history'; readonly uniqueKey: string }
  | { readonly kind: 'ephemeral' }
  | {
      readonly kind: 'keyed';
      readonly uniqueKey: string;
      /** The column by which rows are recomputed together: all rows of a touched key, or none. */
      readonly touchKey: string;
      /** Per input: a column of it, a select over {{ changed() }}, or 'never'. Templates. */
      readonly touchedBy: Readonly<Record<string, string>>;
      /** A date column that bounds a publish's deletes, so that a warehouse prunes partitions. */
      readonly pruneBy: string | undefined;
    }
  | { readonly kind: 'table'; readonly uniqueKey: string };

/** A check on one column or one model, as declared in YAML. */
export type DataTest =
  | { readonly kind: 'unique' | 'not_null'; readonly column: string }
  | { readonly kind: 'accepted_values'; readonly column: string; readonly values: readonly string[] }
  | { readonly kind: 'relationships'; readonly column: string; readonly to: string; readonly field: string };

export interface ColumnDoc {
  readonly name: string;
  readonly description: string;
}

/** A model as authored: one SQL file and its YAML properties. */
export interface Model {
  readonly name: string;
  readonly layer: Layer;
  readonly file: string;
  readonly description: string;
  readonly materialization: Materialization;
  readonly columns: readonly ColumnDoc[];
  readonly tests: readonly DataTest[];
  readonly template: readonly TemplatePart[];
  /** Models it refers to, inlined ones included, in order of appearance. */
  readonly refs: readonly string[];
  /** Raw tables it reads as `source.table`. */
  readonly sources: readonly string[];
}

/** A test that is a query of its own: rows returned are failures. */
export interface SingularTest {
  readonly name: string;
  readonly file: string;
  readonly template: readonly TemplatePart[];
  readonly refs: readonly string[];
}

/** Everything under transforms/, parsed and checked; no warehouse was asked. */
export interface Project {
  readonly models: ReadonlyMap<string, Model>;
  readonly tests: readonly SingularTest[];
  /** Model names so that each comes after all it refers to. */
  readonly order: readonly string[];
  readonly vars: Readonly<Record<string, string>>;
}
