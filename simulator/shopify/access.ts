import type { GraphQLError } from 'graphql';
import { apiError } from './api-error.ts';

/** What the access token of the app may see. */
export interface ShopifyAccess {
  readonly scopes: readonly string[];
  /** Protected customer data the app is approved for: everything, no names and addresses, or not even customers. */
  readonly customerData: 'full' | 'without-personal-fields' | 'none';
}

/** Every scope that a query of the subset can need. */
export const allScopes = ['read_orders', 'read_all_orders', 'read_products', 'read_customers'] as const;

/** Days of orders that an app without read_all_orders sees; nothing in the answer says so. */
export const recentDays = 60;

/** Throws what the API answers to a field whose scope is missing. */
export function requireScope(access: ShopifyAccess, scope: string, field: string): void {
  if (access.scopes.includes(scope)) return;
  const required = `\`${scope}\` access scope.`;
  throw apiError(`Access denied for ${field} field. Required access: ${required}`, 'ACCESS_DENIED', {
    documentation: 'https://shopify.dev/api/usage/access-scopes',
    requiredAccess: required,
  });
}

/** A personal field: its value, or null together with an error when the app is not approved for it. */
export function personal<Value>(access: ShopifyAccess, field: string, value: Value): () => Value {
  return () => {
    if (access.customerData === 'full') return value;
    throw notApproved(`use the ${field} field`);
  };
}

/** What the API answers for data that the app is not approved for; the field itself becomes null. */
export function notApproved(toDo: string): GraphQLError {
  return apiError(
    `This app is not approved to ${toDo}. See https://shopify.dev/docs/apps/launch/protected-customer-data for more details.`,
    'ACCESS_DENIED',
  );
}
