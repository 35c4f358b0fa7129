import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { SqlRefused } from './contract.ts';
import type { Bind } from './contract.ts';
import { upperCased } from './login.ts';
import { parameterInForce } from './parameters.ts';
import type { Submission } from './queries.ts';
import type { ArrivedStatement } from './record.ts';
import type { DoubleRequest } from './request.ts';
import type { DoubleSession } from './sessions.ts';

const scalar = z.union([z.string(), z.number(), z.boolean()]).transform(String);

const queryBody = z.object({
  sqlText: z.string(),
  bindings: z
    .record(
      z.string(),
      z.object({ type: z.string(), value: z.union([z.string(), z.null(), z.array(z.string().nullable())]) }),
    )
    .default({}),
  parameters: z.record(z.string(), scalar).default({}),
  asyncExec: z.boolean().default(false),
  describeOnly: z.literal(false).optional(),
  bindStage: z.null().optional(),
});

/** A query request as it was sent. */
export function submissionOf(request: DoubleRequest): Submission & { readonly asyncExec: boolean } {
  const body = queryBody.parse(request.body);
  return {
    requestId: request.query.get('requestId') ?? randomUUID(),
    sql: body.sqlText,
    binds: bindsOf(body.bindings),
    parameters: upperCased(body.parameters),
    asyncExec: body.asyncExec,
  };
}

/** What is remembered of a statement that arrived; without a query it never got to the engine. */
export function arrived(
  request: DoubleRequest,
  session: DoubleSession,
  submission: Submission,
  repeated: boolean,
  queryId?: string,
): ArrivedStatement {
  const { requestId, sql, binds, parameters } = submission;
  return {
    sql,
    tag: parameterInForce('QUERY_TAG', parameters, session.engine.parameters),
    requestId,
    session: session.id,
    user: session.user,
    retry: Number(request.query.get('retryCount') ?? 0),
    repeated,
    queryId,
    parameters,
    binds: binds.length,
    at: Date.now(),
  };
}

/** Binds are numbered from "1"; a request that skips a number is no request of a driver. */
function bindsOf(bindings: z.infer<typeof queryBody>['bindings']): Bind[] {
  return Object.keys(bindings).map((_, index) => {
    const bind = bindings[String(index + 1)];
    if (bind === undefined) throw new SqlRefused('001003', '42000', `bind ${index + 1} is missing`);
    return bind as Bind;
  });
}
