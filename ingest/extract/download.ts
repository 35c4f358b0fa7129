import { extractErrors } from './errors.ts';

export interface DownloadOptions {
  /** What it is for, in errors; the address itself is a bearer link and never named. */
  readonly purpose: string;
  readonly signal: AbortSignal;
  /** Without any byte for so long it is given up. */
  readonly idleMs?: number;
  readonly maxLineBytes?: number;
}

/**
 * Streams a result file line by line, without credentials: its address is signed. A file that ends early throws, so
 * that the caller lands nothing of it.
 */
export async function* downloadLines(url: string, options: DownloadOptions): AsyncGenerator<string> {
  const { purpose, signal, idleMs = 60_000, maxLineBytes = 16_777_216 } = options;
  const stop = new AbortController();
  let idle = setTimeout(() => stop.abort(), idleMs);
  const touch = (): void => {
    clearTimeout(idle);
    idle = setTimeout(() => stop.abort(), idleMs);
  };
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let rest = '';
  try {
    const body = await open(url, purpose, AbortSignal.any([signal, stop.signal]));
    for await (const chunk of body) {
      touch();
      const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
      rest = lines.pop() ?? '';
      if (rest.length > maxLineBytes) throw fail('EXTRACT_TOO_LARGE', `a line of ${purpose} is too long`);
      for (const line of lines) if (line !== '') yield line;
    }
    rest += decoder.decode();
    if (rest !== '') yield rest;
  } catch (error) {
    if (signal.aborted) throw fail('EXTRACT_ABORTED', `${purpose} was stopped`);
    // fetch's own errors can quote the address.
    if (isNetworkError(error)) throw fail('EXTRACT_TRUNCATED', `${purpose} ended before its end`);
    throw error;
  } finally {
    clearTimeout(idle);
  }
}

async function open(url: string, purpose: string, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>> {
  const response = await fetch(url, { redirect: 'error', signal });
  if (response.status !== 200 || response.body === null) {
    await response.body?.cancel();
    const code = response.status >= 500 ? 'EXTRACT_SERVER_ERROR' : 'EXTRACT_REQUEST_REFUSED';
    throw fail(code, `${purpose} was answered with status ${response.status}`);
  }
  return response.body as AsyncIterable<Uint8Array>;
}

function isNetworkError(error: unknown): boolean {
  return error instanceof TypeError || (error instanceof DOMException && error.name === 'AbortError');
}

function fail(code: Parameters<typeof extractErrors.error>[0], message: string): Error {
  return extractErrors.error(code, { message });
}
