import type { RateReport } from './budget.ts';
import type { JsonValue } from './json.ts';
import type { Outcome } from './retry.ts';

/** What is peculiar about one API, as data and small pure functions. */
export interface ApiProfile {
  readonly source: string;
  readonly baseUrl: string;
  /** Names of the secrets that `authorize` turns into headers. */
  readonly secretNames: readonly string[];
  readonly authorize: (secrets: readonly string[]) => Readonly<Record<string, string>>;
  /** Sent with every request: the pinned version, most of all. */
  readonly headers: Readonly<Record<string, string>>;
  readonly requestIdHeader: string;
  /** Overrides what the status alone says, such as GraphQL's errors in a 200. `code` is the API's own word for it. */
  readonly judge?: (status: number, body: JsonValue) => Verdict | undefined;
  /** How long the API wants to be left alone after a refusal; Retry-After unless given. */
  readonly statedWaitMs?: (headers: Headers, nowMs: number) => number | undefined;
  /** What an answer says of the rate limit. */
  readonly rateReport?: (headers: Headers, body: JsonValue) => RateReport | undefined;
}

export interface Verdict {
  readonly outcome: Outcome;
  /** An identifier such as `ACCESS_DENIED`; never a message, which may quote what was sent. */
  readonly code?: string;
  readonly waitMs?: number;
}

export interface ApiRequest {
  readonly method: 'GET' | 'POST';
  /** Below the base URL, with its query. */
  readonly path: string;
  /** What the request is for, in errors and logs; no values. */
  readonly purpose: string;
  readonly body?: JsonValue;
  /** Units of the budget; 1 unless given. */
  readonly cost?: number;
  /** Statuses that are an answer to this question, not a failure: 404 where absence is one. */
  readonly accept?: readonly number[];
}

export interface ApiReply {
  readonly status: number;
  readonly body: JsonValue;
  readonly headers: Headers;
  /** Of the body as received. */
  readonly sha256: string;
  readonly requestId: string | undefined;
  /** Microseconds since 1970, ascending over the client's requests. */
  readonly sentAtMicros: number;
  /** Attempts it took. */
  readonly requests: number;
}
