import type { JsonObject, JsonValue } from './json.ts';

/** A request as an API sees it: below the place where the host has mounted it. */
export interface SaasRequest {
  readonly method: string;
  /** Begins with `/`; without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Where the API is mounted, for URLs in answers. */
  readonly baseUrl: string;
}

/** JSON as a value, so that faults can change it on its way out; anything else as text. */
export type SaasResponse = {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
} & ({ readonly json: JsonValue } | { readonly text: string });

/** Why a request is turned away; each API says it in its own words and headers. */
export interface Refusal {
  readonly kind:
    | 'rate-limited'
    | 'server-error'
    | 'unavailable'
    | 'unauthorised'
    | 'forbidden'
    | 'cursor-gone';
  /** For `rate-limited`: when it is worth trying again. */
  readonly retryAfterSeconds?: number;
  /** For `rate-limited`: the limit that was hit; none when a fault says so. */
  readonly limit?: string;
}

/** A page of rows within a response, and how to put other rows there. */
export interface Page {
  readonly rows: readonly JsonObject[];
  /** The same response with these rows; `hasMore` overrides whether it says that pages follow. */
  readonly replace: (rows: readonly JsonObject[], hasMore?: boolean) => JsonValue;
}

/** So many requests a second on average, so many at once. */
export interface RateLimit {
  readonly name: string;
  readonly perSecond: number;
  readonly burst: number;
  /** Every request counts unless given. */
  readonly appliesTo?: (request: SaasRequest) => boolean;
}

/** A simulated API: what it answers, and what the host needs to know to limit it and to break it. */
export interface SaasApi {
  /** The first part of the path that it is mounted at. */
  readonly name: string;
  readonly limits: readonly RateLimit[];
  /** The stream (kind of object) that a request reads, as faults and statistics name it. */
  readonly streamOf: (request: SaasRequest) => string;
  /** Nothing when the credentials and their scopes suffice. */
  readonly authorise: (request: SaasRequest) => 'unauthorised' | 'forbidden' | undefined;
  readonly handle: (request: SaasRequest) => Promise<SaasResponse>;
  readonly refuse: (refusal: Refusal, request: SaasRequest) => SaasResponse;
  /** Nothing when the response holds no page of rows. */
  readonly pageOf: (json: JsonValue, request: SaasRequest) => Page | undefined;
  /** What tells a row of a page from others; `id` unless given. */
  readonly rowId?: (row: JsonObject) => string;
  /** Whether the request's cursor names the row, so that it is refused once the row is gone. */
  readonly cursorNames?: (request: SaasRequest, rowId: string) => boolean;
  /** Ends what it holds open. */
  readonly close?: () => Promise<void>;
}
