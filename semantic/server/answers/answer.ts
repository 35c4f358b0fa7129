import type { LoadAnswer, LoadRequest } from '../cube-server.ts';
import type { PublicationNews } from '../publications.ts';
import type { Origin, Served } from '../query-watch.ts';

/** A question as it is told apart from others: by its text. */
export interface Asked extends Omit<LoadRequest, 'query'> {
  readonly text: string;
}

/** An answer, and what it was made of. */
export interface KeptAnswer extends LoadAnswer {
  readonly served: readonly Served[];
  readonly publication: PublicationNews;
}

/** An answer as it is given. */
export interface Answer extends LoadAnswer {
  /** Undefined where none was found: an error, or that the query is still running. */
  readonly of: AnswerOf | undefined;
}

export interface AnswerOf {
  readonly publication: PublicationNews;
  readonly origin: Origin;
  /** A newer publication has changed what was read. */
  readonly isStale: boolean;
  readonly rows: number;
}

/** The costliest first: an answer of several queries is from where its costliest was. */
const costs: readonly Origin[] = ['warehouse', 'rollup', 'cache'];

export function originOf(served: readonly Served[]): Origin {
  return costs.find((each) => served.some(({ origin }) => origin === each)) ?? 'warehouse';
}

export function rowsOf(served: readonly Served[]): number {
  return served.reduce((sum, { rows }) => sum + rows, 0);
}

/** Whether an answer is the error of this code. */
export function isError({ status, body }: LoadAnswer, code: string): boolean {
  return status >= 400 && body.includes(`"${code}:`);
}
