import { semanticErrors } from '../errors.ts';
import type { Caller } from './access/caller.ts';
import type { CubeQuery, CubeRow } from './cube-query.ts';
import type { CubeServer, GatewayAnswer } from './cube-server.ts';
import type { ServedModel } from './model-files.ts';
import { queryError } from './query-errors.ts';

/** Who asks, and which model answers. */
export interface Asking {
  readonly caller: Caller;
  readonly model: ServedModel;
}

/** Rows of one regular query; waits as long as the warehouse needs. Throws SEMANTIC_STOPPED once the signal aborts. */
export async function loadRows(
  server: Pick<CubeServer, 'load'>,
  query: CubeQuery,
  { caller, model, signal }: Asking & { readonly signal: AbortSignal },
): Promise<CubeRow[]> {
  // Cube answers "Continue wait" after ten seconds, meaning: ask again, it is still running.
  for (;;) {
    if (signal.aborted)
      throw semanticErrors.error('SEMANTIC_STOPPED', { message: 'no query can be answered now' });
    const answer = await server.load({ ...query, responseFormat: 'default' }, caller, model);
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

/** What an answer says; throws SEMANTIC_QUERY_REJECTED, SEMANTIC_QUERY_FAILED or what the error text is known as. */
export function okBody({ status, body }: GatewayAnswer): Readonly<Record<string, unknown>> {
  const error = body['error'];
  if (status < 400 && error === undefined) return body;
  throw queryError(String(error), status < 500 ? 'SEMANTIC_QUERY_REJECTED' : 'SEMANTIC_QUERY_FAILED');
}
