import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { z } from 'zod';
import { plain, refused } from './answers.ts';
import type { Answer } from './answers.ts';
import { SqlRefused } from './contract.ts';
import type { Endpoint, FaultAction, FaultPlan } from './faults.ts';
import { handlers, recordUnrun } from './handlers.ts';
import type { HandlerDeps } from './handlers.ts';
import { jwtRefusal } from './login.ts';
import type { DoubleRequest } from './request.ts';

/** A door: the group of the pattern, if it has one, is what the request is about. */
interface Route {
  readonly endpoint: Endpoint;
  readonly method: 'GET' | 'POST';
  readonly path: RegExp;
}

const routes: readonly Route[] = [
  { endpoint: 'login', method: 'POST', path: /^\/session\/v1\/login-request$/ },
  { endpoint: 'query', method: 'POST', path: /^\/queries\/v1\/query-request$/ },
  { endpoint: 'cancel', method: 'POST', path: /^\/queries\/([\w-]+)\/abort-request$/ },
  { endpoint: 'result', method: 'GET', path: /^\/queries\/([\w-]+)\/result$/ },
  { endpoint: 'status', method: 'GET', path: /^\/monitoring\/queries\/([\w-]+)$/ },
  { endpoint: 'heartbeat', method: 'POST', path: /^\/session\/heartbeat$/ },
  { endpoint: 'renew', method: 'POST', path: /^\/session\/token-request$/ },
  { endpoint: 'logout', method: 'POST', path: /^\/session$/ },
  { endpoint: 'chunk', method: 'GET', path: /^\/chunks\/([\w-]+)$/ },
  { endpoint: 'telemetry', method: 'POST', path: /^\/telemetry\/send$/ },
];

export interface ServerDeps extends HandlerDeps {
  readonly faults: FaultPlan;
  /** Requests that no door is made for; a test that leaves one here is wrong, or the double is. */
  readonly strange: string[];
  /** Further doors, for a double that runs as a process of its own. */
  readonly extra?: (method: string, path: string, body: unknown) => Promise<Answer | undefined>;
}

/** What became of a request: an answer, and how much of it is sent. */
type Reply =
  | { readonly kind: 'answer'; readonly answer: Answer }
  | { readonly kind: 'half'; readonly answer: Answer }
  | { readonly kind: 'reset' }
  | { readonly kind: 'silence' };

export interface RunningServer {
  readonly url: string;
  readonly close: () => Promise<void>;
}

export async function startServer(deps: ServerDeps): Promise<RunningServer> {
  const server = createServer((incoming, response) => {
    void serve(incoming, response, deps).catch(() => response.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => close(server),
  };
}

async function close(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeAllConnections();
  await closed;
}

async function serve(incoming: IncomingMessage, response: ServerResponse, deps: ServerDeps): Promise<void> {
  const url = new URL(incoming.url ?? '/', 'http://double');
  const body = parsed(await readAll(incoming), incoming.headers['content-encoding']);
  const route = routes.find((each) => each.method === incoming.method && each.path.test(url.pathname));
  if (route === undefined) {
    const extra = await deps
      .extra?.(incoming.method ?? '', url.pathname, body)
      .catch((error: unknown) => plain(500, error instanceof Error ? error.message : String(error)));
    if (extra === undefined) deps.strange.push(`${incoming.method} ${incoming.url}`);
    return send(response, { kind: 'answer', answer: extra ?? plain(404, 'no such door') });
  }
  const request: DoubleRequest = {
    subject: route.path.exec(url.pathname)?.[1] ?? '',
    query: url.searchParams,
    headers: incoming.headers,
    token: /^Snowflake Token="(.*)"$/.exec(incoming.headers.authorization ?? '')?.[1],
    body,
  };
  const { sqlText, parameters } = statementBody.safeParse(body).data ?? {};
  const fault = deps.faults.take(route.endpoint, sqlText, parameters?.QUERY_TAG);
  if (fault?.kind === 'meanwhile') await fault.work(sqlText ?? '');
  return send(response, await replyTo(route.endpoint, request, fault, deps));
}

const statementBody = z.object({
  sqlText: z.string(),
  parameters: z.object({ QUERY_TAG: z.string().optional() }).optional(),
});

/** Carries out a request as the fault that strikes it allows. */
async function replyTo(
  endpoint: Endpoint,
  request: DoubleRequest,
  fault: FaultAction | undefined,
  deps: ServerDeps,
): Promise<Reply> {
  const instead = fault === undefined ? undefined : insteadOf(fault);
  if (instead !== undefined) {
    if (endpoint === 'query') recordUnrun(request, deps);
    return instead;
  }
  if (fault?.kind === 'slow') await pause(fault.ms);
  if (fault?.kind === 'token-expired') deps.sessions.expire(request.token);
  if (fault?.kind === 'session-gone') await deps.sessions.end(deps.sessions.find(request.token));
  const answer = await answerTo(endpoint, request, deps);
  if (fault?.kind === 'slow-reply') await pause(fault.ms);
  if (fault?.kind === 'gone-after') await deps.sessions.end(deps.sessions.find(request.token));
  return replyWith(answer, fault);
}

/** What is answered without carrying anything out. */
function insteadOf(fault: FaultAction): Reply | undefined {
  if (fault.kind === 'status') {
    return { kind: 'answer', answer: plain(fault.status, `planted ${fault.status}`) };
  }
  if (fault.kind === 'reset-before') return { kind: 'reset' };
  if (fault.kind === 'jwt-refused') return { kind: 'answer', answer: refused(jwtRefusal()) };
  if (fault.kind !== 'refuse') return undefined;
  return { kind: 'answer', answer: refused(new SqlRefused(fault.code, fault.sqlState, fault.message)) };
}

function replyWith(answer: Answer, fault: FaultAction | undefined): Reply {
  if (fault?.kind === 'reset-after' || fault?.kind === 'gone-after') return { kind: 'reset' };
  if (fault?.kind === 'reset-midway') return { kind: 'half', answer };
  if (fault?.kind === 'silent') return { kind: 'silence' };
  return { kind: 'answer', answer };
}

async function answerTo(endpoint: Endpoint, request: DoubleRequest, deps: ServerDeps): Promise<Answer> {
  try {
    return await handlers[endpoint](request, deps);
  } catch (error) {
    if (error instanceof SqlRefused) {
      if (endpoint === 'query') recordUnrun(request, deps);
      return refused(error);
    }
    if (!(error instanceof z.ZodError)) deps.queries.internalErrors.push(error);
    deps.strange.push(`${endpoint}: ${error instanceof Error ? error.message : String(error)}`);
    return plain(400, 'the double does not understand this request');
  }
}

async function pause(ms: number): Promise<void> {
  await sleep(ms, undefined, { ref: false });
}

function send(response: ServerResponse, reply: Reply): void {
  if (reply.kind === 'silence') return;
  if (reply.kind === 'reset') {
    response.socket?.resetAndDestroy();
    return;
  }
  const { status, headers, body } = reply.answer;
  response.writeHead(status, { ...headers, 'content-length': body.length });
  if (reply.kind === 'answer') {
    response.end(body);
    return;
  }
  response.write(body.subarray(0, Math.floor(body.length / 2)), () => response.socket?.resetAndDestroy());
}

async function readAll(incoming: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of incoming) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

/** The body as JSON; undefined when there is none or it is not. */
function parsed(raw: Buffer, encoding: string | undefined): unknown {
  if (raw.length === 0) return undefined;
  try {
    return JSON.parse((encoding === 'gzip' ? gunzipSync(raw) : raw).toString('utf8'));
  } catch {
    return undefined;
  }
}
