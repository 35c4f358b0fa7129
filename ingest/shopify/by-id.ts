import { ShopwaveError } from '../../lib/errors.ts';
import { isJsonObject } from '../extract/json.ts';
import type { JsonObject } from '../extract/json.ts';
import type { ReadContext } from '../extract/stream.ts';
import type { ShopifyAnswer, ShopifyClient } from './client.ts';
import type { ShopifyDocument } from './documents.ts';
import { shopifyErrors } from './errors.ts';

/** Objects by id, in the order of the ids; null for those that do not exist (any more). */
interface NodesAnswer extends Omit<ShopifyAnswer, 'data'> {
  readonly ids: readonly string[];
  readonly nodes: ReadonlyArray<JsonObject | null>;
}

const idsAtOnce = 50;

/** Reads objects by their global ids, fewer at once where so many cost too much. */
export async function* readNodes(
  client: ShopifyClient,
  document: ShopifyDocument,
  ids: readonly string[],
  context: ReadContext,
): AsyncGenerator<NodesAnswer> {
  let size = idsAtOnce;
  for (let from = 0; from < ids.length;) {
    const chunk = ids.slice(from, from + size);
    const answer = await client.ask(document, { ids: chunk }, context).catch((error: unknown) => {
      if (chunk.length > 1 && isTooCostly(error)) return undefined;
      throw error;
    });
    if (answer === undefined) size = Math.ceil(chunk.length / 2);
    else {
      const { data, ...facts } = answer;
      yield { ...facts, ids: chunk, nodes: nodesFor(chunk, data, document) };
      from += chunk.length;
    }
  }
}

function isTooCostly(error: unknown): boolean {
  return error instanceof ShopwaveError && error.code === 'SHOPIFY_QUERY_TOO_COSTLY';
}

/** One answer for each id, or the absent could not be told apart. */
function nodesFor(
  ids: readonly string[],
  data: JsonObject,
  document: ShopifyDocument,
): ReadonlyArray<JsonObject | null> {
  const nodes = data['nodes'];
  if (Array.isArray(nodes) && nodes.length === ids.length) {
    return nodes.map((node) => (isJsonObject(node) ? node : null));
  }
  throw shopifyErrors.error('SHOPIFY_SHAPE_UNKNOWN', {
    message: `${document}: there is not one node for each id`,
    where: document,
  });
}
