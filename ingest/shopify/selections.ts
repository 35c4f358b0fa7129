/**
 * What is read of each Shopify object: these selections are the allow-list, what is not named here never enters the
 * pipeline. Left out on purpose: receiptJson, accountNumber, paymentDetails, authorizationCode, billingAddress, names,
 * phones, street addresses, notes, tags, and every URL.
 */
const money = 'shopMoney { amount currencyCode } presentmentMoney { amount currencyCode }';

/** Fragment text by name; a document takes the ones it needs, since an unused fragment is an error. */
export const fragments = {
  OrderFields: `
  fragment OrderFields on Order {
    id legacyResourceId name number createdAt updatedAt processedAt closedAt cancelledAt cancelReason
    test confirmed edited sourceName currencyCode presentmentCurrencyCode taxesIncluded
    displayFinancialStatus displayFulfillmentStatus paymentGatewayNames email
    customer { id }
    shippingAddress { countryCodeV2 }
    subtotalPriceSet { ${money} }
    totalDiscountsSet { ${money} }
    totalShippingPriceSet { ${money} }
    totalTaxSet { ${money} }
    totalPriceSet { ${money} }
    totalRefundedSet { ${money} }
    totalRefundedShippingSet { ${money} }
    totalReceivedSet { ${money} }
    totalOutstandingSet { ${money} }
    currentTotalPriceSet { ${money} }
    currentTotalTaxSet { ${money} }
  }`,
  LineItemFields: `
  fragment LineItemFields on LineItem {
    id sku title variantTitle vendor quantity currentQuantity refundableQuantity unfulfilledQuantity
    isGiftCard taxable requiresShipping
    product { id }
    variant { id }
    originalUnitPriceSet { ${money} }
    originalTotalSet { ${money} }
    discountedTotalSet { ${money} }
    totalDiscountSet { ${money} }
    taxLines { title rate priceSet { ${money} } }
  }`,
  TransactionFields: `
  fragment TransactionFields on OrderTransaction {
    id kind status test gateway paymentId createdAt processedAt
    parentTransaction { id }
    amountSet { ${money} }
  }`,
  RefundFields: `
  fragment RefundFields on Refund {
    id createdAt updatedAt processedAt
    totalRefundedSet { ${money} }
  }`,
  RefundLineFields: `
  fragment RefundLineFields on RefundLineItem {
    id quantity restockType restocked
    lineItem { id }
    priceSet { ${money} }
    subtotalSet { ${money} }
    totalTaxSet { ${money} }
  }`,
  RefundShippingFields: `
  fragment RefundShippingFields on RefundShippingLine {
    id
    subtotalAmountSet { ${money} }
    taxAmountSet { ${money} }
  }`,
  FulfillmentFields: `
  fragment FulfillmentFields on Fulfillment {
    id name status displayStatus totalQuantity createdAt updatedAt inTransitAt deliveredAt estimatedDeliveryAt
    trackingInfo { company number }
  }`,
  FulfillmentLineFields: `
  fragment FulfillmentLineFields on FulfillmentLineItem {
    id quantity
    lineItem { id }
  }`,
  ProductFields: `
  fragment ProductFields on Product {
    id legacyResourceId title handle vendor productType status isGiftCard createdAt updatedAt publishedAt
  }`,
  VariantFields: `
  fragment VariantFields on ProductVariant {
    id legacyResourceId sku title position price taxable availableForSale createdAt updatedAt
  }`,
  CustomerFields: `
  fragment CustomerFields on Customer {
    id legacyResourceId createdAt updatedAt state verifiedEmail taxExempt locale numberOfOrders
    amountSpent { amount currencyCode }
    defaultEmailAddress { emailAddress }
    defaultAddress { countryCodeV2 }
  }`,
} as const;

type FragmentName = keyof typeof fragments;

/** Fields of a connection, with what its pager needs. */
function connection(name: string, fields: string): string {
  return `${name}(first: $inner) { nodes { ${fields} } pageInfo { hasNextPage endCursor } }`;
}

/** A refund and the first page of each of its connections. */
export const refundSelection = [
  '...RefundFields',
  connection('refundLineItems', '...RefundLineFields'),
  connection('transactions', '...TransactionFields'),
  connection('refundShippingLines', '...RefundShippingFields'),
].join('\n');

export const fulfillmentSelection = [
  '...FulfillmentFields',
  connection('fulfillmentLineItems', '...FulfillmentLineFields'),
].join('\n');

/** An order with all its children; `transactions`, `refunds` and `fulfillments` are lists and come whole. */
export const orderSelection = [
  '...OrderFields',
  connection('lineItems', '...LineItemFields'),
  'transactions { ...TransactionFields }',
  `refunds { ${refundSelection} }`,
  `fulfillments { ${fulfillmentSelection} }`,
].join('\n');

export const productSelection = ['...ProductFields', connection('variants', '...VariantFields')].join('\n');

/** A document: an operation, and the fragments that it reaches. */
export function withFragments(operation: string): string {
  const needed = (Object.keys(fragments) as FragmentName[]).filter((name) =>
    operation.includes(`...${name}`),
  );
  return [operation, ...needed.map((name) => fragments[name])].join('\n');
}
