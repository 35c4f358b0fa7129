import {
  fulfillmentSelection,
  orderSelection,
  productSelection,
  refundSelection,
  withFragments,
} from './selections.ts';

/** The version all documents are written for; versions are quarterly and supported for twelve months. */
export const shopifyApiVersion = '2026-10';

/** A page of one root connection, by change time. */
function rootPage(name: string, root: string, selection: string, hasInner: boolean): string {
  return withFragments(`
  query ${name}($first: Int!, ${hasInner ? '$inner: Int!, ' : ''}$after: String, $query: String) {
    ${root}(first: $first, after: $after, query: $query, sortKey: UPDATED_AT) {
      nodes { ${selection} }
      pageInfo { hasNextPage endCursor }
    }
  }`);
}

/** A later page of one inner connection, by its owner's id. */
function morePage(name: string, type: string, field: string, fields: string): string {
  return withFragments(`
  query ${name}($id: ID!, $first: Int!, $after: String) {
    node(id: $id) {
      ... on ${type} {
        id
        ${field}(first: $first, after: $after) { nodes { ${fields} } pageInfo { hasNextPage endCursor } }
      }
    }
  }`);
}

/** Ids of everything that exists, for finding what was deleted without an event. */
function idPage(name: string, root: string): string {
  return `
  query ${name}($first: Int!, $after: String) {
    ${root}(first: $first, after: $after, sortKey: ID) {
      nodes { id }
      pageInfo { hasNextPage endCursor }
    }
  }`;
}

/** Every document that goes to the Admin API, by what it is for. */
export const shopifyDocuments = {
  /** Rights of the token. */
  scopes: `
  query Scopes { currentAppInstallation { accessScopes { handle } } }`,
  /** How far back orders are visible, and whether customers come with their data. */
  visible: `
  query Visible($first: Int!) {
    orders(first: 1, sortKey: CREATED_AT) { nodes { id createdAt } }
    customers(first: $first, sortKey: ID) { nodes { id defaultEmailAddress { emailAddress } } }
  }`,
  orderPage: rootPage('OrderPage', 'orders', orderSelection, true),
  productPage: rootPage('ProductPage', 'products', productSelection, true),
  customerPage: rootPage('CustomerPage', 'customers', '...CustomerFields', false),
  /** Deletions. Shopify keeps events for one year. */
  eventPage: `
  query EventPage($first: Int!, $after: String, $query: String) {
    events(first: $first, after: $after, query: $query, sortKey: ID) {
      nodes { id action createdAt ... on BasicEvent { subjectId subjectType } }
      pageInfo { hasNextPage endCursor }
    }
  }`,
  /** Objects that were never landed although they are old. */
  ordersById: withFragments(`
  query OrdersById($ids: [ID!]!, $inner: Int!) {
    nodes(ids: $ids) { ... on Order { ${orderSelection} } }
  }`),
  productsById: withFragments(`
  query ProductsById($ids: [ID!]!, $inner: Int!) {
    nodes(ids: $ids) { ... on Product { ${productSelection} } }
  }`),
  customersById: withFragments(`
  query CustomersById($ids: [ID!]!) {
    nodes(ids: $ids) { ... on Customer { ...CustomerFields } }
  }`),
  /** What a bulk operation cannot carry: connections inside lists. */
  orderChildren: withFragments(`
  query OrderChildren($ids: [ID!]!, $inner: Int!) {
    nodes(ids: $ids) {
      ... on Order {
        id
        refunds { ${refundSelection} }
        fulfillments { ${fulfillmentSelection} }
      }
    }
  }`),
  moreLineItems: morePage('MoreLineItems', 'Order', 'lineItems', '...LineItemFields'),
  moreRefundLines: morePage('MoreRefundLines', 'Refund', 'refundLineItems', '...RefundLineFields'),
  moreRefundTransactions: morePage(
    'MoreRefundTransactions',
    'Refund',
    'transactions',
    '...TransactionFields',
  ),
  moreRefundShipping: morePage(
    'MoreRefundShipping',
    'Refund',
    'refundShippingLines',
    '...RefundShippingFields',
  ),
  moreFulfillmentLines: morePage(
    'MoreFulfillmentLines',
    'Fulfillment',
    'fulfillmentLineItems',
    '...FulfillmentLineFields',
  ),
  moreVariants: morePage('MoreVariants', 'Product', 'variants', '...VariantFields'),
  orderIds: idPage('OrderIds', 'orders'),
  productIds: idPage('ProductIds', 'products'),
  customerIds: idPage('CustomerIds', 'customers'),
  /** Which of some ids still exist. */
  existing: `
  query Existing($ids: [ID!]!) { nodes(ids: $ids) { id } }`,
  runBulk: `
  mutation RunBulk($query: String!) {
    bulkOperationRunQuery(query: $query, groupObjects: false) {
      bulkOperation { id status }
      userErrors { code field message }
    }
  }`,
  bulkStatus: `
  query BulkStatus($id: ID!) {
    bulkOperation(id: $id) { id status errorCode objectCount rootObjectCount fileSize url partialDataUrl }
  }`,
  cancelBulk: `
  mutation CancelBulk($id: ID!) {
    bulkOperationCancel(id: $id) { bulkOperation { id status } userErrors { field message } }
  }`,
} as const;

export type ShopifyDocument = keyof typeof shopifyDocuments;

/**
 * Queries for bulk operations: at most five connections, two deep, and none inside a list. So refunds and
 * fulfillments carry their ids only; orders that have any are read by id for them afterwards. Whoever has
 * a connection must select its `id` itself, not by a fragment.
 */
export const shopifyBulkDocuments = {
  orders: (search: string): string =>
    withFragments(`
  {
    orders(query: ${JSON.stringify(search)}) {
      edges { node {
        id
        ...OrderFields
        transactions { ...TransactionFields }
        refunds { id }
        fulfillments { id }
        lineItems { edges { node { ...LineItemFields } } }
      } }
    }
  }`),
  products: (search: string): string =>
    withFragments(`
  {
    products(query: ${JSON.stringify(search)}) {
      edges { node {
        id
        ...ProductFields
        variants { edges { node { ...VariantFields } } }
      } }
    }
  }`),
  customers: (search: string): string =>
    withFragments(`
  {
    customers(query: ${JSON.stringify(search)}) { edges { node { ...CustomerFields } } }
  }`),
} as const;
