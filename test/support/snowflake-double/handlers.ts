import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { refused, succeeded } from './answers.ts';
import type { Answer } from './answers.ts';
import type { ChunkStore } from './chunks.ts';
import { SqlRefused } from './contract.ts';
import type { Endpoint } from './faults.ts';
import { login } from './login.ts';
import type { LoginDeps, LoginFailure } from './login.ts';
import { wireParameters } from './parameters.ts';
import type { Queries } from './queries.ts';
import type { Query } from './query.ts';
import type { ArrivedStatement } from './record.ts';
import type { DoubleRequest } from './request.ts';
import { tokenSeconds } from './sessions.ts';
import { arrived, submissionOf } from './submissions.ts';

export interface HandlerDeps extends LoginDeps {
  readonly queries: Queries;
  readonly chunks: ChunkStore;
  readonly statements: ArrivedStatement[];
  readonly loginFailures: LoginFailure[];
  /** How long a client is kept waiting before it is told to ask again. */
  readonly waitMs: () => number;
}

type Handler = (request: DoubleRequest, deps: HandlerDeps) => Promise<Answer>;

/** The doors, one function each. A SqlRefused that one throws is answered as Snowflake answers it. */
export const handlers: Readonly<Record<Endpoint, Handler>> = {
  login: async ({ body, query }, deps) => {
    const session = await login(body, query, deps, deps.loginFailures);
    const { role, warehouse, database, schema } = session.engine.context;
    return succeeded({
      masterToken: session.master.value,
      token: session.token.value,
      validityInSeconds: tokenSeconds.session,
      masterValidityInSeconds: tokenSeconds.master,
      displayUserName: session.user,
      serverVersion: 'double',
      sessionId: session.id,
      parameters: wireParameters(session.engine.parameters),
      sessionInfo: {
        databaseName: database,
        schemaName: schema,
        warehouseName: warehouse,
        roleName: role,
      },
    });
  },

  query: async (request, deps) => {
    const session = deps.sessions.byToken(request.token);
    const submission = submissionOf(request);
    const repeated = session.queries.has(submission.requestId);
    const query = deps.queries.submit(session, submission);
    deps.statements.push(arrived(request, session, submission, repeated, query.id));
    return submission.asyncExec ? inProgress(query, '333334') : answerOf(query, deps);
  },

  result: async ({ subject, token }, deps) => {
    deps.sessions.byToken(token);
    return answerOf(mustFind(deps.queries, subject), deps);
  },

  status: async ({ subject, token }, deps) => {
    deps.sessions.byToken(token);
    const query = deps.queries.find(subject);
    return succeeded({ queries: query === undefined ? [] : [statusOf(query)] });
  },

  cancel: async ({ subject, token, body }, deps) => {
    const session = deps.sessions.byToken(token);
    const requestId = z.object({ requestId: z.string() }).safeParse(body);
    const query =
      subject === 'v1' ? session.queries.get(requestId.data?.requestId ?? '') : deps.queries.find(subject);
    query?.end(new SqlRefused('000604', '57014', 'SQL execution canceled'));
    return succeeded(null);
  },

  heartbeat: async ({ token }, deps) => {
    deps.sessions.byToken(token);
    return succeeded(null);
  },

  renew: async ({ token }, deps) => {
    const session = deps.sessions.renew(token);
    return succeeded({
      sessionToken: session.token.value,
      validityInSecondsST: tokenSeconds.session,
      masterToken: session.master.value,
      validityInSecondsMT: tokenSeconds.master,
      sessionId: session.id,
    });
  },

  logout: async ({ token }, deps) => {
    await deps.sessions.end(deps.sessions.byToken(token));
    return succeeded(null);
  },

  chunk: async ({ subject, headers }, deps) => deps.chunks.answer(subject, headers),

  telemetry: async () => succeeded('Log Received'),
};

/** Remembers a statement that, for a fault or an old token, never got to the engine. */
export function recordUnrun(request: DoubleRequest, deps: HandlerDeps): void {
  const session = deps.sessions.find(request.token);
  if (session === undefined) return;
  const submission = submissionOf(request);
  deps.statements.push(arrived(request, session, submission, session.queries.has(submission.requestId)));
}

/** The result, if it comes in time; else where to ask for it. */
async function answerOf(query: Query, deps: HandlerDeps): Promise<Answer> {
  const waiting = new AbortController();
  const patience = sleep(deps.waitMs(), undefined, { signal: waiting.signal, ref: false }).catch(
    () => undefined,
  );
  const end = await Promise.race([query.settled, patience]);
  waiting.abort();
  if (end === undefined) return inProgress(query, '333333');
  return end.kind === 'result' ? succeeded(end.data) : refused(end.error, query.id);
}

function inProgress(query: Query, code: '333333' | '333334'): Answer {
  const data = { queryId: query.id, getResultUrl: `/queries/${query.id}/result`, queryAbortsAfterSecs: 300 };
  return succeeded(data, code);
}

function mustFind(queries: Queries, id: string): Query {
  const query = queries.find(id);
  if (query !== undefined) return query;
  throw new SqlRefused('000709', '02000', `Statement ${id} not found`);
}

function statusOf(query: Query): Record<string, unknown> {
  return {
    id: query.id,
    status: query.status,
    sqlText: query.sql,
    startTime: query.startedAt,
    endTime: query.endedAt ?? 0,
    errorCode: query.error?.code ?? null,
    errorMessage: query.error?.message ?? null,
  };
}
