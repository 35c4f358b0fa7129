import type { ServerResponse } from 'node:http';
import type { SaasRequest, SaasResponse } from './api.ts';
import type { Outcome } from './mount.ts';

const html =
  '<!doctype html><html><head><title>Maintenance</title></head><body>We will be back.</body></html>';

/** Writes an outcome to the wire, or leaves the client without one. */
export function send(outgoing: ServerResponse, outcome: Outcome, { method }: SaasRequest): void {
  if (outcome.kind === 'timeout') return;
  if (outcome.kind === 'reset') {
    outgoing.socket?.resetAndDestroy();
    return;
  }
  const { response, broken } = outcome;
  if (broken?.kind === 'html') {
    outgoing.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(html);
    return;
  }
  const body = Buffer.from('json' in response ? JSON.stringify(response.json) : response.text);
  const headers = headersOf(response);
  if (broken?.kind !== 'truncated') {
    outgoing.writeHead(response.status, { ...headers, 'content-length': body.length });
    outgoing.end(method === 'HEAD' ? undefined : body);
    return;
  }
  const half = body.subarray(0, Math.floor(body.length / 2));
  if (broken.whole === true) {
    outgoing.writeHead(response.status, { ...headers, 'content-length': half.length }).end(half);
    return;
  }
  outgoing.writeHead(response.status, { ...headers, 'content-length': body.length });
  // Only once the half is on its way: a reset would otherwise overtake it.
  outgoing.write(half, () => outgoing.socket?.end());
}

function headersOf(response: SaasResponse): Readonly<Record<string, string>> {
  const type = 'json' in response ? 'application/json' : 'text/plain; charset=utf-8';
  return { 'content-type': type, ...response.headers };
}
