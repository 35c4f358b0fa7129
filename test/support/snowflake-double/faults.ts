/** What the double has doors for. */
export type Endpoint =
  | 'login'
  | 'query'
  | 'result'
  | 'status'
  | 'cancel'
  | 'heartbeat'
  | 'renew'
  | 'logout'
  | 'chunk'
  | 'telemetry';

export type FaultAction =
  /** Answers with this HTTP status and does nothing: 503, 429, 403. */
  | { readonly kind: 'status'; readonly status: number }
  /** Cuts the connection and does nothing. */
  | { readonly kind: 'reset-before' }
  /** Carries it out, then cuts the connection instead of answering. */
  | { readonly kind: 'reset-after' }
  /** Carries it out and cuts the connection in the middle of the answer. */
  | { readonly kind: 'reset-midway' }
  /** Waits before it carries it out. */
  | { readonly kind: 'slow'; readonly ms: number }
  /** Carries it out and keeps the answer back for a while. */
  | { readonly kind: 'slow-reply'; readonly ms: number }
  /** Carries it out and never answers; the connection stays open. */
  | { readonly kind: 'silent' }
  /** The session's token is old from here on, until it is renewed (390112). */
  | { readonly kind: 'token-expired' }
  /** The session is no more, and its transaction is rolled back (390111). */
  | { readonly kind: 'session-gone' }
  /** Carries it out, and cuts the connection; the session is no more by the time the client asks again. */
  | { readonly kind: 'gone-after' }
  /** A login is refused as one with a bad JWT (390144). */
  | { readonly kind: 'jwt-refused' }
  /** Refused without being carried out, as Snowflake refuses: a suspended warehouse, a quota, a missing grant. */
  | { readonly kind: 'refuse'; readonly code: string; readonly sqlState: string; readonly message: string }
  /** Somebody else does something first. Only where the double and its test are one process. */
  | { readonly kind: 'meanwhile'; readonly work: (sql: string) => Promise<void> };

export interface FaultRule {
  readonly do: FaultAction;
  /** `query` when not said. */
  readonly on?: Endpoint;
  /** Only requests whose SQL matches. */
  readonly sql?: RegExp;
  /** Only requests whose QUERY_TAG matches. */
  readonly tag?: RegExp;
  /** How many requests it strikes, 1 when not said. */
  readonly times?: number;
  /** How many matching requests it lets pass first. */
  readonly after?: number;
}

/** A rule that was planted. */
export interface PlantedFault {
  /** Requests it has struck so far. */
  readonly struck: number;
  readonly remove: () => void;
}

interface Planted {
  readonly rule: FaultRule;
  passes: number;
  left: number;
  struck: number;
}

/** What is to go wrong, in the order it was planted; the first rule that matches a request strikes, alone. */
export class FaultPlan {
  private rules: Planted[] = [];

  add(rule: FaultRule): PlantedFault {
    const planted: Planted = { rule, passes: rule.after ?? 0, left: rule.times ?? 1, struck: 0 };
    this.rules.push(planted);
    return {
      get struck(): number {
        return planted.struck;
      },
      remove: () => {
        this.rules = this.rules.filter((each) => each !== planted);
      },
    };
  }

  clear(): void {
    this.rules = [];
  }

  /** What strikes this request, if anything. */
  take(endpoint: Endpoint, sql: string | undefined, tag?: string): FaultAction | undefined {
    for (const planted of this.rules) {
      if (planted.left === 0 || !matches(planted.rule, endpoint, sql, tag)) continue;
      if (planted.passes > 0) {
        planted.passes -= 1;
        continue;
      }
      planted.left -= 1;
      planted.struck += 1;
      return planted.rule.do;
    }
    return undefined;
  }
}

function matches(rule: FaultRule, endpoint: Endpoint, sql?: string, tag?: string): boolean {
  if ((rule.on ?? 'query') !== endpoint) return false;
  return isLike(sql, rule.sql) && isLike(tag, rule.tag);
}

function isLike(text: string | undefined, pattern: RegExp | undefined): boolean {
  return pattern === undefined || (text !== undefined && text.search(pattern) >= 0);
}
