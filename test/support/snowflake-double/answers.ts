import type { SqlRefused } from './contract.ts';

/** What goes back over HTTP. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** The query is still running: 333333 of itself, 333334 because the client asked not to wait. */
export type ProgressCode = '333333' | '333334';

export function succeeded(data: unknown, code: ProgressCode | null = null): Answer {
  return json(200, { data, code, message: null, success: true });
}

/** Snowflake's refusals are HTTP 200; only the envelope says no. */
export function refused(error: SqlRefused, queryId: string | null = null): Answer {
  const { code, sqlState, message } = error;
  const data = { internalError: false, errorCode: code, age: 0, sqlState, queryId, line: -1, pos: -1 };
  return json(200, { data, code, message, success: false, headers: null });
}

export function plain(status: number, text: string): Answer {
  return { status, headers: { 'content-type': 'text/plain' }, body: Buffer.from(text) };
}

function json(status: number, value: unknown): Answer {
  return {
    status,
    headers: { 'content-type': 'application/json' },
    body: Buffer.from(JSON.stringify(value)),
  };
}
