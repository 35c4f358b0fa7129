/** A request as a door sees it. */
export interface DoubleRequest {
  /** What the path named: a query's id, a chunk's name. */
  readonly subject: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly token: string | undefined;
  readonly body: unknown;
}
