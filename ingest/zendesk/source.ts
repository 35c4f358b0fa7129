import type { Clock } from '../../lib/clock.ts';
import { describeError } from '../../lib/errors.ts';
import type { Logger } from '../../lib/logger.ts';
import { createRateBudget } from '../extract/budget.ts';
import type { RateLimit } from '../extract/budget.ts';
import type { CheckItem, SourceDefinition } from '../extract/extractor.ts';
import { createHttpClient } from '../extract/http-client.ts';
import type { HttpClient, HttpClientOptions } from '../extract/http-client.ts';
import type { SecretProvider } from '../extract/secrets.ts';
import { exportRateLimit, listRateLimit, zendeskApiVersion, zendeskProfile } from './profile.ts';
import { zendeskStreams } from './streams.ts';
import type { ZendeskStreamsOptions } from './streams.ts';

export interface ZendeskSourceOptions extends Pick<ZendeskStreamsOptions, 'customFields' | 'perPage'> {
  /** `https://<subdomain>.zendesk.com`, or where a simulator answers. */
  readonly baseUrl: string;
  readonly secrets: SecretProvider;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Of the incremental exports; ten a minute unless given. An account with the High Volume add-on has thirty. */
  readonly exportRate?: RateLimit;
  readonly listRate?: RateLimit;
  readonly requests?: Pick<HttpClientOptions, 'retries' | 'timeoutMs' | 'deadlineMs'>;
}

/** A Zendesk account as a source. Nothing is sent before it is used. */
export function zendeskSource(options: ZendeskSourceOptions): SourceDefinition {
  const { baseUrl, secrets, clock, logger, requests, exportRate, listRate } = options;
  const clientWith = (limit: RateLimit): HttpClient =>
    createHttpClient({
      api: zendeskProfile(baseUrl),
      budget: createRateBudget(limit, clock),
      secrets,
      clock,
      logger,
      ...requests,
    });
  const lists = clientWith(listRate ?? listRateLimit);
  return {
    source: 'zendesk',
    apiVersion: zendeskApiVersion,
    streams: zendeskStreams({ ...options, exports: clientWith(exportRate ?? exportRateLimit), lists }),
    check: async (signal) => await Promise.all(checks.map((each) => tried(lists, each, signal))),
  };
}

interface Check {
  readonly name: string;
  readonly path: string;
  readonly note: string;
}

/** An incremental export is for administrators only; asking for one costs a tenth of a minute's requests. */
const checks: readonly Check[] = [
  {
    name: 'export of tickets',
    path: '/api/v2/incremental/tickets/cursor.json?start_time=0&per_page=1',
    note: 'the agent is an administrator and may export',
  },
  {
    name: 'satisfaction ratings',
    path: '/api/v2/satisfaction_ratings.json?page[size]=1',
    note: 'ratings can be read',
  },
];

async function tried(http: HttpClient, { name, path, note }: Check, signal: AbortSignal): Promise<CheckItem> {
  try {
    await http.request({ method: 'GET', path, purpose: name }, signal);
    return { name, isOk: true, note };
  } catch (error) {
    return { name, isOk: false, note: describeError(error) };
  }
}
