import type { Row } from '../../../warehouse/warehouse.ts';
import type { BoundedKind } from '../materialize/key-bounds.ts';
import type { TestConfig } from '../project/model.ts';

/**
 * How failures are found. rows: the rows of a relation for which a condition holds; those of one relation are counted
 * in one scan. query: a select whose rows are the failures. broken: the SQL could not even be made.
 */
export type Probe =
  | { readonly kind: 'rows'; readonly relation: string; readonly condition: string }
  | { readonly kind: 'query'; readonly sql: string }
  | { readonly kind: 'broken'; readonly message: string };

/** One check of one run, ready to be sent. */
export interface Check {
  /** dbt's id where the check was declared; a check of the engine's own has one in the same shape. */
  readonly uniqueId: string;
  /** The model that a failure holds back; a source (`shop.orders`) stands for all that read it. */
  readonly model: string;
  /** Short and unique within the model: `not_null_customer_key`. */
  readonly name: string;
  /** The generic test (`unique`, ...), `singular` for a query of its own, `staged` for what staging took in. */
  readonly kind: string;
  /** Models it reads, `model` among them. */
  readonly refs: readonly string[];
  readonly probe: Probe;
  readonly config: TestConfig;
  /** Columns that tell which rows failed and may be shown: keys and business dates, never values. */
  readonly keys: readonly string[];
  /** Table that failing rows are kept in, without schema; undefined keeps none. */
  readonly storeAs: string | undefined;
  /** It may look at all there is of a table, and not only at what a run changes: it gets no company in its statement. */
  readonly isWhole?: boolean;
  /** Identifies what a check of its own computes, so that a passed one can be told from a changed one. */
  readonly definition: string | undefined;
}

/**
 * pass: no failures that count. warn: its threshold to warn is met. fail: that to fail is. error: it could not be
 * run.
 */
export type CheckStatus = 'pass' | 'warn' | 'fail' | 'error';

/** Keys of the rows that a check found, as text: whole numbers or days. */
export interface OpenKeys {
  readonly kind: BoundedKind;
  readonly keys: readonly string[];
}

/** The outcome of one check. */
export interface CheckResult {
  readonly uniqueId: string;
  /** The model that a failure holds back. */
  readonly model: string;
  readonly name: string;
  readonly kind: string;
  /** What a failure would do: error holds back, warn only tells. */
  readonly severity: TestConfig['severity'];
  /** error: the check itself could not be run, which is no pass. */
  readonly status: CheckStatus;
  /** Offending rows, or what fail_calc makes of them; 0 when the check could not be run. */
  readonly failures: number;
  /** Why it did not pass, with a few keys of failing rows; of a pass only what the check says of itself. */
  readonly message: string | undefined;
  /** Keys of up to five failing rows. */
  readonly samples: readonly Row[];
  /** Some of the failing rows, without columns that hold personal data. */
  readonly rows: readonly Row[];
  /** The query whose rows are the failures. */
  readonly sql: string;
  readonly refs: readonly string[];
  /** Relation that holds the failing rows, where they were to be stored. */
  readonly storedIn: string | undefined;
  readonly definition: string | undefined;
  /** The column of its failing rows that holds the moment which it compares by: it remembers the oldest that is open. */
  readonly comparesBy?: string | undefined;
  /** The keys of all that it found, where it looks at them again in the next run. */
  readonly open?: OpenKeys | undefined;
}

/** Whether a result stops its model from being published. */
export function isBlocking(result: Pick<CheckResult, 'status'>): boolean {
  return result.status === 'fail' || result.status === 'error';
}

/** The query whose rows are the failures of a check. */
export function failingRows(check: Check): string {
  const { probe } = check;
  switch (probe.kind) {
    case 'rows':
      return `select * from ${probe.relation} where ${probe.condition}`;
    case 'query':
      return probe.sql;
    case 'broken':
      return '';
  }
}
