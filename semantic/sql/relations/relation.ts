/** How a measure adds up over rows of an answer that is finer than asked for. */
export type Adding =
  | { readonly kind: 'sum'; readonly isZeroOverNothing: boolean; readonly isMoney: boolean }
  | { readonly kind: 'none'; readonly why: string };

/** Types of columns, by PostgreSQL's names. Business dates are timestamps at midnight, which no time zone moves. */
export type SqlType = 'text' | 'numeric' | 'bigint' | 'boolean' | 'timestamp';

interface Named {
  readonly name: string;
  /** Member of Cube: `finance.gmv`. */
  readonly member: string;
  readonly type: SqlType;
  readonly comment: string;
}

export interface MeasureColumn extends Named {
  readonly kind: 'measure';
  readonly adding: Adding;
  /** Aggregate functions that mean the measure, beside MEASURE. */
  readonly aggregates: readonly string[];
  /** Columns of which one row belongs to several values: the measure does not add up over them. */
  readonly multipliedBy: ReadonlySet<string>;
  /** Which measures can be asked in one query with it. */
  readonly period: string;
  /** A date column of the relation by whose days it looks back; undefined where a row's number is of its own days. */
  readonly lookingBackBy: string | undefined;
}

export interface DimensionColumn extends Named {
  readonly kind: 'dimension' | 'time' | 'segment';
}

export type Column = MeasureColumn | DimensionColumn;

/** A public view of the model, as somebody may see it. */
export interface Relation {
  readonly name: string;
  readonly comment: string;
  readonly columns: ReadonlyMap<string, Column>;
  /** The measure that counts its rows, if there is one. */
  readonly rowCount: string | undefined;
  /** The dimension that holds the currency of amounts, if it can be seen. */
  readonly currency: string | undefined;
}

/** By name. */
export type Relations = ReadonlyMap<string, Relation>;
