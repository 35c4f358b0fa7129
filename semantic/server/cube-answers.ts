import { z } from 'zod';
import { semanticErrors } from '../errors.ts';
import type { Caller } from './access/caller.ts';
import type { CubeQuery, CubeRow } from './cube-query.ts';
import type { Asked } from './answers/answer.ts';
import type { CubeServer, GatewayAnswer, LoadAnswer } from './cube-server.ts';
import type { ServedModel } from './model-files.ts';
import { queryError } from './query-errors.ts';
import type { ModelVisit, Origin } from './query-watch.ts';

/** Who asks, and which model answers. */
export interface Asking {
  readonly caller: Caller;
  readonly model: ServedModel;
}

/** Rows of one regular query; waits as long as the warehouse needs. Throws SEMANTIC_STOPPED once the signal aborts. */
export async function loadRows(
  ask: (asked: Asked, visit: ModelVisit) => Promise<LoadAnswer>,
  query: CubeQuery,
  { caller, model, signal }: Asking & { readonly signal: AbortSignal },
): Promise<CubeRow[]> {
  const text = JSON.stringify({ ...query, responseFormat: 'default' });
  // Cube answers "Continue wait" after ten seconds, meaning: ask again, it is still running.
  for (;;) {
    if (signal.aborted)
      throw semanticErrors.error('SEMANTIC_STOPPED', { message: 'no query can be answered now' });
    const { status, body } = await ask({ text }, { caller, model });
    const answer = { status, body: JSON.parse(body.toString('utf8')) as GatewayAnswer['body'] };
    if (answer.body['error'] !== 'Continue wait') return okBody(answer)['data'] as CubeRow[];
  }
}

/** What /cubejs-api/v1/meta answers. */
export async function metaOf(
  server: Pick<CubeServer, 'meta'>,
  { caller, model }: Asking,
): Promise<Readonly<Record<string, unknown>>> {
  return okBody(await server.meta(caller, model));
}

const planned = z.object({ sql: z.object({ external: z.boolean().default(false) }) });

/** Where Cube would have a query answered that it has planned. Throws as okBody does. */
export function plannedOrigin(answer: GatewayAnswer): Origin {
  return planned.parse(okBody(answer)).sql.external ? 'rollup' : 'warehouse';
}

/** What an answer says; throws SEMANTIC_QUERY_REJECTED, SEMANTIC_QUERY_FAILED or what the error text is known as. */
export function okBody({ status, body }: GatewayAnswer): Readonly<Record<string, unknown>> {
  const error = body['error'];
  if (status < 400 && error === undefined) return body;
  throw queryError(String(error), status < 500 ? 'SEMANTIC_QUERY_REJECTED' : 'SEMANTIC_QUERY_FAILED');
}
