/** Rows of a view that a grant is limited to: those whose dimension has one of the values. Never without values. */
export interface RowRule {
  /** Name without the view: `country` is `finance.country` in finance and `operations.country` in operations. */
  readonly dimension: string;
  readonly values: readonly string[];
}

/** What one role gives its holder. */
export interface Grant {
  /** `*`, a view or a member. */
  readonly sees: readonly string[];
  /** A view or a member; it has the last word within this grant. */
  readonly hides: readonly string[];
  /** All must hold. Where a view lacks one of these dimensions, the grant gives nothing of it. */
  readonly rows: readonly RowRule[];
}

/** What a caller may use at once. */
export interface Limits {
  readonly concurrentQueries: number;
  /** Rows of one answer. */
  readonly rows: number;
}

/** Who asks, with what they may see. Holds no secret. */
export interface Caller {
  readonly name: string;
  readonly grants: readonly Grant[];
  readonly limits: Limits;
  /** Changes with every change of the access file. Part of every cache key. */
  readonly policyVersion: string;
}

/** A few dashboards of a dozen tiles at once. */
export const defaultConcurrency = 50;

/** The most that Cube itself gives in one answer. */
export const mostRows = 50_000;

export const everything: Grant = { sees: ['*'], hides: [], rows: [] };

/** Of those who see everything because no access file says otherwise; they share what is cached. */
export const noPolicies = 'none';

/** The platform's own questions: checks, headlines, operators at the command line. */
export const platformCaller: Caller = {
  name: 'platform',
  grants: [everything],
  limits: { concurrentQueries: Number.POSITIVE_INFINITY, rows: mostRows },
  policyVersion: noPolicies,
};
