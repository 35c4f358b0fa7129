import type { ApiProfile, ApiRequest } from './api-profile.ts';
import { parseJson } from './json.ts';
import type { JsonValue } from './json.ts';
import { outcomeOfStatus } from './retry.ts';
import type { Outcome } from './retry.ts';

/** One request, and what came of it. Holds the body; errors and logs are made from the rest alone. */
export interface Attempt {
  readonly outcome: Outcome;
  readonly status?: number;
  readonly headers?: Headers;
  readonly body?: JsonValue;
  readonly raw?: Buffer;
  /** The API's own word for a failure. */
  readonly code?: string;
  readonly waitMs?: number;
}

interface AttemptSettings {
  readonly api: ApiProfile;
  readonly timeoutMs: number;
  readonly maxBodyBytes: number;
}

/** Sends once. Never throws for what the network or the API does; fetch's own errors can quote URLs and headers. */
export async function attempt(
  settings: AttemptSettings,
  request: ApiRequest,
  authorization: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<Attempt> {
  const { api, timeoutMs, maxBodyBytes } = settings;
  const timeout = AbortSignal.timeout(timeoutMs);
  let response: Response;
  try {
    response = await fetch(urlOf(api, request), {
      method: request.method,
      headers: {
        accept: 'application/json',
        ...(request.body === undefined ? {} : { 'content-type': 'application/json' }),
        ...api.headers,
        ...authorization,
      },
      body: request.body === undefined ? null : JSON.stringify(request.body),
      redirect: 'manual',
      signal: AbortSignal.any([signal, timeout]),
    });
  } catch {
    return { outcome: timeout.aborted ? 'timeout' : 'unreachable' };
  }
  const { status, headers } = response;
  const raw = await readBody(response, maxBodyBytes);
  if (raw === 'too_large') return { outcome: 'too_large', status, headers };
  if (raw === 'broken') return { outcome: timeout.aborted ? 'timeout' : 'truncated', status, headers };
  return judge(api, request, status, headers, raw);
}

function judge(api: ApiProfile, request: ApiRequest, status: number, headers: Headers, raw: Buffer): Attempt {
  const byStatus = request.accept?.includes(status) === true ? 'ok' : outcomeOfStatus(status);
  const body = parseJson(raw.toString('utf8'));
  if (body === undefined) return { outcome: byStatus === 'ok' ? 'not_json' : byStatus, status, headers };
  const verdict = byStatus === 'ok' && status >= 300 ? undefined : api.judge?.(status, body);
  if (verdict === undefined) return { outcome: byStatus, status, headers, body, raw };
  const { outcome, code, waitMs } = verdict;
  return {
    outcome,
    status,
    headers,
    body,
    raw,
    ...(code === undefined ? {} : { code }),
    ...(waitMs === undefined ? {} : { waitMs }),
  };
}

async function readBody(response: Response, maxBytes: number): Promise<Buffer | 'too_large' | 'broken'> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  try {
    for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
      bytes += chunk.length;
      // Leaving the loop cancels the body, and with it the connection.
      if (bytes > maxBytes) return 'too_large';
      chunks.push(chunk);
    }
  } catch {
    return 'broken';
  }
  return Buffer.concat(chunks);
}

/** The base URL may have a path of its own: a proxy, or a simulator that serves several APIs. */
function urlOf(api: ApiProfile, request: ApiRequest): string {
  return `${api.baseUrl.replace(/\/$/, '')}${request.path}`;
}
