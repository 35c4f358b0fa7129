import { extractErrors } from '../extract/errors.ts';
import { isJsonObject } from '../extract/json.ts';
import type { JsonObject, JsonValue } from '../extract/json.ts';
import { shopifyErrors } from './errors.ts';

/** A page of a connection, as Shopify sends it. */
interface ConnectionPage {
  readonly nodes: readonly JsonObject[];
  /** Where the next page begins; undefined: this was the last one. */
  readonly next: string | undefined;
}

/** A connection with its page information; anything else was not asked for. */
export function readConnection(value: JsonValue | undefined, where: string): ConnectionPage {
  const pageInfo = isJsonObject(value) ? value['pageInfo'] : undefined;
  if (!isJsonObject(value) || !isJsonObject(pageInfo)) throw shapeUnknown(where, 'is no connection');
  const hasNext = pageInfo['hasNextPage'];
  const cursor = pageInfo['endCursor'];
  if (typeof hasNext !== 'boolean') throw shapeUnknown(where, 'does not say whether more follows');
  if (!hasNext) return { nodes: readList(value['nodes'], where), next: undefined };
  if (typeof cursor !== 'string') {
    const message = `${where} has more to come, and no cursor that leads there`;
    throw extractErrors.error('EXTRACT_CURSOR_STUCK', { message, where });
  }
  return { nodes: readList(value['nodes'], where), next: cursor };
}

/** A list of objects. */
export function readList(value: JsonValue | undefined, where: string): readonly JsonObject[] {
  if (!Array.isArray(value)) throw shapeUnknown(where, 'is no list');
  return value.filter((each: JsonValue) => isJsonObject(each));
}

/** The global id of a node. */
export function idOf(node: JsonObject, where: string): string {
  const id = node['id'];
  if (typeof id === 'string') return id;
  throw shapeUnknown(where, 'has no id');
}

export function readObject(value: JsonValue | undefined, where: string): JsonObject {
  if (isJsonObject(value)) return value;
  throw shapeUnknown(where, 'is no object');
}

/** A text; empty where there is none. */
export function textOf(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : '';
}

/** An ISO time in microseconds since 1970; undefined where it is none, which is for the table's rules to judge. */
export function microsOf(value: JsonValue | undefined): number | undefined {
  const ms = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(ms) ? undefined : ms * 1000;
}

/** A copy without some fields. */
export function omit(node: JsonObject, names: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(node).filter(([name]) => !names.includes(name)));
}

/** Names the place, never what was found there. */
function shapeUnknown(where: string, what: string): Error {
  return shopifyErrors.error('SHOPIFY_SHAPE_UNKNOWN', { message: `${where} ${what}`, where });
}
