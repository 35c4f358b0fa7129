import type { JsonValue } from './json.ts';

/** What can go wrong with a SaaS API, as data. */
export type FaultKind =
  /** 429 in the API's own form; also for longer than its limits would. */
  | { readonly kind: 'rate-limited'; readonly retryAfterSeconds?: number }
  | Plain<'server-error'>
  | Plain<'unavailable'>
  | Plain<'unauthorised'>
  | Plain<'forbidden'>
  /** The request is taken and never answered. */
  | Plain<'timeout'>
  /** The connection is reset before an answer. */
  | Plain<'reset'>
  /** Status 200 with a page for people. */
  | Plain<'html'>
  /** Half a body: the connection ends early, or (`whole`) HTTP says that this was all. */
  | { readonly kind: 'truncated'; readonly whole?: boolean }
  /** A field of the first row of the page (or of every row) is there with a value of another type. */
  | RowEdit<'wrong-type'>
  | RowEdit<'unknown-field'>
  | RowEdit<'unseen-value'>
  | { readonly kind: 'vanished-field'; readonly field: string; readonly everyRow?: boolean }
  /** No rows, and more to come. */
  | Plain<'empty-page'>
  /** The first page that was served since, for ever, and more to come. */
  | Plain<'repeated-page'>
  /** A page begins with the last row of the page before. */
  | Plain<'duplicate-rows'>
  /** The last row of a page is deleted before the next one is asked for. */
  | Plain<'deleted-rows'>
  /** Some rows show up only at `visibleAt`, with the times they always had. Named, or one in so many by key. */
  | {
      readonly kind: 'late-rows';
      readonly visibleAt: Date;
      readonly ids?: readonly string[];
      readonly oneIn?: number;
    };

interface Plain<Kind extends string> {
  readonly kind: Kind;
}

interface RowEdit<Kind extends string> {
  readonly kind: Kind;
  /** Dotted path within the row. */
  readonly field: string;
  readonly value: JsonValue;
  readonly everyRow?: boolean;
}

/** Which requests a fault meets. */
interface FaultPlace {
  readonly stream?: string;
  /** Matched against the path below the API's mount point. */
  readonly path?: RegExp;
  /** So many matching requests go well first. */
  readonly after?: number;
  /** So many matching requests are met, then it is over; for ever unless given. */
  readonly times?: number;
  /** Over at this time, however many it has met. */
  readonly until?: Date;
}

export type Fault = FaultKind & FaultPlace;

type Stage = 'connection' | 'refusal' | 'page' | 'body';

/** Where on a request's way each kind strikes. */
export const stageOf: Readonly<Record<Fault['kind'], Stage>> = {
  timeout: 'connection',
  reset: 'connection',
  'rate-limited': 'refusal',
  'server-error': 'refusal',
  unavailable: 'refusal',
  unauthorised: 'refusal',
  forbidden: 'refusal',
  'wrong-type': 'page',
  'unknown-field': 'page',
  'unseen-value': 'page',
  'vanished-field': 'page',
  'empty-page': 'page',
  'repeated-page': 'page',
  'duplicate-rows': 'page',
  'deleted-rows': 'page',
  'late-rows': 'page',
  html: 'body',
  truncated: 'body',
};
