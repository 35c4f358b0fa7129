import type pg from 'pg';
import type { ShopifyAccess } from './access.ts';
import type { ListArgs } from './connection.ts';
import type { Loaders } from './loaders.ts';
import type { SearchWarning } from './search.ts';

/** Text that a test puts into a free-text field, named `Type.field`; nothing leaves the field as it is. */
export type Plant = (path: string) => string | undefined;

/** What a mutation answers. */
export interface UserErrors {
  readonly bulkOperation: object | null;
  readonly userErrors: readonly object[];
}

/** Bulk operations of the shop, as the API's fields ask for them. */
export interface BulkOperations {
  readonly run: (query: string, isGrouped: boolean, context: ShopifyContext) => Promise<UserErrors>;
  readonly cancel: (id: string | undefined, context: ShopifyContext) => Promise<UserErrors>;
  readonly find: (id: string, context: ShopifyContext) => Promise<object | null>;
  readonly latest: (context: ShopifyContext) => Promise<object | null>;
  readonly list: (args: ListArgs, context: ShopifyContext) => Promise<unknown>;
}

/** What resolving one request needs. */
export interface ShopifyContext {
  readonly db: pg.Pool;
  readonly loaders: Loaders;
  readonly access: ShopifyAccess;
  readonly now: Date;
  readonly plant: Plant;
  readonly bulk: BulkOperations;
  /** Where the API is mounted, for URLs in answers. */
  readonly baseUrl: string;
  /** In a bulk operation connections have no page size. */
  readonly isBulk: boolean;
  /** Conditions of search queries that were ignored, with the field they are an argument of. */
  readonly warnings: SearchWarningAt[];
}

interface SearchWarningAt {
  readonly path: readonly string[];
  readonly query: string;
  readonly warnings: readonly SearchWarning[];
}

/** An object of the API: fields as values, or as functions of their arguments. */
export interface ApiObject {
  readonly id: string;
  readonly [field: string]: unknown;
}

/** A global id of the API. */
export function gid(type: string, id: string | number): string {
  return `gid://shopify/${type}/${id}`;
}

/** The number in a global id of the type, if it is one. */
export function idOf(type: string, id: string): string | undefined {
  const match = /^gid:\/\/shopify\/(\w+)\/(\d{1,18})$/.exec(id);
  return match?.[1] === type ? match[2] : undefined;
}

/** The fields that tell what an object is: its type, global id and number. */
export function identity(
  type: string,
  id: string,
): { readonly __typename: string; readonly id: string; readonly legacyResourceId: string } {
  return { __typename: type, id: gid(type, id), legacyResourceId: id };
}
