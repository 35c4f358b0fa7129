/** The session failed, not the statement: what became of it is told by what is known here. */
export class StatementLost extends Error {
  override readonly name = 'StatementLost';
  /** True when Snowflake cannot have run it. */
  readonly hasNotRun: boolean;
  /** With it the query, which goes on by itself, is found again from any session. */
  readonly queryId: string | undefined;

  constructor(cause: unknown, known: { readonly hasNotRun: boolean; readonly queryId: string | undefined }) {
    super('the session failed', { cause });
    this.hasNotRun = known.hasNotRun;
    this.queryId = known.queryId;
  }
}
