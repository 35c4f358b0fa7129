/** A statement as it arrived, whatever became of it. */
export interface ArrivedStatement {
  readonly sql: string;
  /** QUERY_TAG of the request, else of the session; empty when neither has one. */
  readonly tag: string;
  readonly requestId: string;
  readonly session: number;
  readonly user: string;
  /** How often the driver says it had sent this before. */
  readonly retry: number;
  /** The requestId had been here before, so that nothing was executed again. */
  readonly repeated: boolean;
  /** Undefined when a fault kept it from the engine. */
  readonly queryId: string | undefined;
  readonly parameters: Readonly<Record<string, string>>;
  readonly binds: number;
  readonly at: number;
}
