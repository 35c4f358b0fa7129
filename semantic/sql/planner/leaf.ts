import type { SelectStmt } from '@pgsql/types';
import type { Relation } from '../relations/relation.ts';
import type { CubeFilter, Days } from './cube-filter.ts';
import type { Granularity } from './time-use.ts';

/** A column that rows of a leaf are told apart by. */
export type Key =
  | { readonly kind: 'dimension'; readonly name: string }
  | { readonly kind: 'time'; readonly name: string; readonly granularity: Granularity }
  /** A date of single rows, at no grain. */
  | { readonly kind: 'date'; readonly name: string };

/** One question for Cube, and the relation that its rows stand for in the statement around it. */
export interface Leaf {
  readonly relation: Relation;
  /** Under which the statement knows it. */
  readonly alias: string;
  readonly keys: readonly Key[];
  readonly measures: readonly string[];
  /** Columns that have no value in a single row. */
  readonly empty: readonly string[];
  /** Single rows instead of one for each combination of keys. */
  readonly isUngrouped: boolean;
  /** So many rows are enough: the first by `order`, or whichever they are. */
  readonly limit: number | undefined;
  readonly order: readonly { readonly name: string; readonly direction: 'asc' | 'desc' }[];
  readonly filters: readonly CubeFilter[];
  readonly segments: readonly string[];
  /** Days of date columns. */
  readonly days: ReadonlyMap<string, Days>;
  /** Conditions that only PostgreSQL can judge, over values that Cube is asked for first. */
  readonly judged: readonly Judged[];
  /** No row meets the conditions. */
  readonly isNothing: boolean;
}

/** Combinations of values that meet a condition: what `sql` gives, of which each is to be asked for. */
export interface Judged {
  readonly keys: readonly Key[];
  readonly query: PlannedSql;
}

/** A statement over rows of leaves; `$1` is the rows of the first leaf, and so on. */
export interface PlannedSql {
  readonly sql: string;
  readonly leaves: readonly Leaf[];
}

/** What a SELECT from one relation becomes: a question for Cube, and a SELECT over its answer. */
export interface PlannedBlock {
  readonly leaf: Leaf;
  /** Its FROM is still the relation. */
  readonly select: SelectStmt;
}
