import { createHash } from 'node:crypto';
import type { Clock } from '../../lib/clock.ts';
import type { Logger } from '../../lib/logger.ts';
import type { ApiProfile, ApiReply, ApiRequest } from './api-profile.ts';
import type { RateBudget } from './budget.ts';
import { createCredentials } from './credentials.ts';
import { extractErrors } from './errors.ts';
import { attempt } from './http-attempt.ts';
import type { Attempt } from './http-attempt.ts';
import { retryAfterMs, retryTable, waitBefore } from './retry.ts';
import type { Failure, RetryTable } from './retry.ts';
import type { SecretProvider } from './secrets.ts';

export interface HttpClientOptions {
  readonly api: ApiProfile;
  readonly budget: RateBudget;
  readonly secrets: SecretProvider;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly retries?: RetryTable;
  /** For one attempt. */
  readonly timeoutMs?: number;
  /** For a request with all its attempts and waits. */
  readonly deadlineMs?: number;
  readonly maxBodyBytes?: number;
  readonly random?: () => number;
}

/** Requests with the platform's own patience; what comes back is parsed JSON or a typed error. */
export interface HttpClient {
  readonly request: (request: ApiRequest, signal: AbortSignal) => Promise<ApiReply>;
}

const defaults = { timeoutMs: 60_000, deadlineMs: 900_000, maxBodyBytes: 67_108_864 };

/** Builds a client; nothing is sent and no secret is read before the first request. */
export function createHttpClient(options: HttpClientOptions): HttpClient {
  const settings = { ...defaults, random: Math.random, retries: retryTable, ...options };
  const credentials = createCredentials(options.api, options.secrets);
  const stamp = createStamp(options.clock);
  return {
    request: async (request, signal) => {
      const { clock, api, budget } = settings;
      const deadline = clock.monotonicMs() + settings.deadlineMs;
      const made = new Map<Failure, number>();
      for (let requests = 1; ; requests += 1) {
        await budget.take(request.cost ?? 1, signal);
        const held = await credentials.current();
        const sentAtMicros = stamp();
        const tried = await attempt(settings, request, held.headers, signal);
        if (signal.aborted) throw aborted(api, request);
        const report = tried.headers && api.rateReport?.(tried.headers, tried.body ?? null);
        if (report !== undefined) budget.observe(report);
        if (tried.outcome === 'ok') return reply(api, tried, sentAtMicros, requests);
        if (tried.outcome === 'unauthorized') credentials.refuse(held);
        const count = (made.get(tried.outcome) ?? 0) + 1;
        made.set(tried.outcome, count);
        const waitMs = waitAfter(settings, tried, tried.outcome, count);
        if (waitMs === undefined) throw failed(settings, request, tried, tried.outcome, requests);
        if (clock.monotonicMs() + waitMs > deadline) throw late(settings, request, requests);
        logRetry(settings, request, tried, waitMs);
        // All streams of the source share the limit, so all of them wait.
        if (tried.outcome === 'rate_limited') budget.pause(waitMs);
        await clock.sleep(waitMs, signal);
        if (signal.aborted) throw aborted(api, request);
      }
    },
  };
}

type Settings = HttpClientOptions &
  typeof defaults & { readonly retries: RetryTable; readonly random: () => number };

function waitAfter(settings: Settings, tried: Attempt, outcome: Failure, count: number): number | undefined {
  const { api, clock, retries, random } = settings;
  const nowMs = clock.now().getTime();
  const stated = api.statedWaitMs ?? ((headers: Headers) => retryAfterMs(headers.get('retry-after'), nowMs));
  const fromHeaders = tried.headers && outcome !== 'unauthorized' ? stated(tried.headers, nowMs) : undefined;
  return waitBefore(retries[outcome], count, tried.waitMs ?? fromHeaders, random);
}

function reply(api: ApiProfile, tried: Attempt, sentAtMicros: number, requests: number): ApiReply {
  const { status = 0, body = null, headers = new Headers(), raw = Buffer.alloc(0) } = tried;
  return {
    status,
    body,
    headers,
    sha256: createHash('sha256').update(raw).digest('hex'),
    requestId: headers.get(api.requestIdHeader) ?? undefined,
    sentAtMicros,
    requests,
  };
}

/** Two requests are never stamped alike, and pages of up to a thousand objects do not overlap. */
function createStamp(clock: Clock): () => number {
  let last = 0;
  return () => (last = Math.max(clock.now().getTime() * 1000, last + 1000));
}

function logRetry(settings: Settings, request: ApiRequest, tried: Attempt, waitMs: number): void {
  settings.logger.warn('a request is tried again', {
    source: settings.api.source,
    purpose: request.purpose,
    outcome: tried.outcome,
    status: tried.status,
    apiCode: tried.code,
    requestId: tried.headers?.get(settings.api.requestIdHeader) ?? undefined,
    waitMs: Math.round(waitMs),
  });
}

function failed(
  settings: Settings,
  request: ApiRequest,
  tried: Attempt,
  outcome: Failure,
  requests: number,
): Error {
  const { api, retries } = settings;
  const requestId = tried.headers?.get(api.requestIdHeader);
  const details = [
    tried.status === undefined ? undefined : `status ${tried.status}`,
    tried.code,
    requestId === null || requestId === undefined ? undefined : `request ${requestId}`,
    requests === 1 ? undefined : `${requests} attempts`,
  ].filter((each) => each !== undefined);
  const suffix = details.length === 0 ? '' : ` (${details.join(', ')})`;
  return extractErrors.error(retries[outcome].code, {
    message: `${api.source}: ${request.purpose} failed: ${outcome.replaceAll('_', ' ')}${suffix}`,
    where: placeOf(api, request),
  });
}

function late({ api, deadlineMs }: Settings, request: ApiRequest, requests: number): Error {
  return extractErrors.error('EXTRACT_TIMEOUT', {
    message: `${api.source}: ${request.purpose} was not done within ${deadlineMs} ms (${requests} attempts)`,
    where: placeOf(api, request),
  });
}

function aborted(api: ApiProfile, request: ApiRequest): Error {
  return extractErrors.error('EXTRACT_ABORTED', {
    message: `${api.source}: ${request.purpose} was stopped`,
    where: placeOf(api, request),
  });
}

/** Host and path; a query may hold an e-mail address, a URL's user part a password. */
function placeOf(api: ApiProfile, request: ApiRequest): string {
  const url = new URL(api.baseUrl);
  return `${url.protocol}//${url.host}${url.pathname.replace(/\/$/, '')}${request.path.split('?', 1)[0] ?? ''}`;
}
