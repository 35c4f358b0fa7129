import type { StreamTable } from '../extract/stream.ts';
import { each, tablesOf } from '../extract/table-rules.ts';
import type { FieldRules } from '../pci/field-rules.ts';

// Global ids are `id`: gid://shopify/Order/1. Everything else that is text is `allow`, and so searched for card numbers.

const money: FieldRules = { amount: 'allow', currencyCode: 'allow' };
const moneyBag: FieldRules = { shopMoney: money, presentmentMoney: money };
const reference: FieldRules = { id: 'id' };
const taxLine: FieldRules = { title: 'allow', rate: 'allow', priceSet: moneyBag };

const table = tablesOf('shopify', { id: 'string' });
const shopAmount = 'shopMoney.amount';
const shopCurrency = 'shopMoney.currencyCode';

const orders = table(
  'orders',
  {
    ...each('id legacyResourceId', 'id'),
    ...each(
      'name number createdAt updatedAt processedAt closedAt cancelledAt cancelReason test confirmed',
      'allow',
    ),
    ...each('edited sourceName currencyCode presentmentCurrencyCode taxesIncluded', 'allow'),
    ...each('displayFinancialStatus displayFulfillmentStatus', 'allow'),
    paymentGatewayNames: ['allow'],
    email: 'token:email',
    customer: reference,
    shippingAddress: { countryCodeV2: 'allow' },
    ...each('subtotalPriceSet totalDiscountsSet totalShippingPriceSet totalTaxSet totalPriceSet', moneyBag),
    ...each('totalRefundedSet totalRefundedShippingSet totalReceivedSet totalOutstandingSet', moneyBag),
    ...each('currentTotalPriceSet currentTotalTaxSet', moneyBag),
  },
  {
    name: 'string',
    createdAt: 'string',
    updatedAt: 'string',
    processedAt: 'string',
    cancelledAt: 'string?',
    test: 'boolean',
    currencyCode: 'string',
    'customer.id': 'string?',
    [`totalPriceSet.${shopAmount}`]: 'string',
    [`totalPriceSet.${shopCurrency}`]: 'string',
    [`totalRefundedSet.${shopAmount}`]: 'string',
    displayFinancialStatus: {
      oneOf: 'AUTHORIZED EXPIRED PAID PARTIALLY_PAID PARTIALLY_REFUNDED PENDING REFUNDED VOIDED'.split(' '),
      nullable: true,
    },
    displayFulfillmentStatus: {
      oneOf: (
        'FULFILLED FULFILLMENT_NOT_REQUIRED IN_PROGRESS ON_HOLD OPEN PARTIALLY_FULFILLED PENDING_FULFILLMENT ' +
        'REQUEST_DECLINED RESTOCKED SCHEDULED UNFULFILLED'
      ).split(' '),
    },
    cancelReason: { oneOf: 'CUSTOMER DECLINED FRAUD INVENTORY OTHER STAFF'.split(' '), nullable: true },
  },
);

const orderLines = table(
  'order_lines',
  {
    ...each('id orderId', 'id'),
    ...each('sku title variantTitle vendor quantity currentQuantity refundableQuantity', 'allow'),
    ...each('unfulfilledQuantity isGiftCard taxable requiresShipping', 'allow'),
    product: reference,
    variant: reference,
    ...each('originalUnitPriceSet originalTotalSet discountedTotalSet totalDiscountSet', moneyBag),
    taxLines: [taxLine],
  },
  {
    orderId: 'string',
    quantity: 'number',
    currentQuantity: 'number',
    isGiftCard: 'boolean',
    sku: 'string?',
    [`originalUnitPriceSet.${shopAmount}`]: 'string',
    [`discountedTotalSet.${shopAmount}`]: 'string',
    taxLines: 'array',
  },
);

const transactions = table(
  'transactions',
  {
    ...each('id orderId refundId', 'id'),
    ...each('kind status test gateway paymentId createdAt processedAt', 'allow'),
    parentTransaction: reference,
    amountSet: moneyBag,
  },
  {
    orderId: 'string',
    refundId: 'string?',
    createdAt: 'string',
    [`amountSet.${shopAmount}`]: 'string',
    [`amountSet.${shopCurrency}`]: 'string',
    kind: {
      oneOf: 'AUTHORIZATION CAPTURE CHANGE EMV_AUTHORIZATION REFUND SALE SUGGESTED_REFUND VOID'.split(' '),
    },
    status: { oneOf: 'AWAITING_RESPONSE ERROR FAILURE PENDING SUCCESS UNKNOWN'.split(' ') },
  },
);

const refunds = table(
  'refunds',
  {
    ...each('id orderId', 'id'),
    ...each('createdAt updatedAt processedAt', 'allow'),
    totalRefundedSet: moneyBag,
    refundShippingLines: [{ id: 'id', subtotalAmountSet: moneyBag, taxAmountSet: moneyBag }],
  },
  { orderId: 'string', processedAt: 'string', [`totalRefundedSet.${shopAmount}`]: 'string' },
);

const refundLines = table(
  'refund_lines',
  {
    ...each('id orderId refundId', 'id'),
    ...each('quantity restockType restocked', 'allow'),
    lineItem: reference,
    ...each('priceSet subtotalSet totalTaxSet', moneyBag),
  },
  {
    orderId: 'string',
    refundId: 'string',
    quantity: 'number',
    'lineItem.id': 'string',
    [`subtotalSet.${shopAmount}`]: 'string',
    [`totalTaxSet.${shopAmount}`]: 'string',
    restockType: { oneOf: 'CANCEL LEGACY_RESTOCK NO_RESTOCK RETURN'.split(' ') },
  },
);

const fulfillments = table(
  'fulfillments',
  {
    ...each('id orderId', 'id'),
    ...each('name status displayStatus totalQuantity createdAt updatedAt inTransitAt deliveredAt', 'allow'),
    estimatedDeliveryAt: 'allow',
    trackingInfo: [{ company: 'allow', number: 'allow' }],
  },
  {
    orderId: 'string',
    createdAt: 'string',
    totalQuantity: 'number',
    deliveredAt: 'string?',
    status: { oneOf: 'CANCELLED ERROR FAILURE OPEN PENDING SUCCESS'.split(' ') },
  },
);

const fulfillmentLines = table(
  'fulfillment_lines',
  { ...each('id orderId fulfillmentId', 'id'), quantity: 'allow', lineItem: reference },
  { orderId: 'string', fulfillmentId: 'string', quantity: 'number?', 'lineItem.id': 'string' },
);

const products = table(
  'products',
  {
    ...each('id legacyResourceId', 'id'),
    ...each('title handle vendor productType status isGiftCard createdAt updatedAt publishedAt', 'allow'),
  },
  {
    title: 'string',
    updatedAt: 'string',
    isGiftCard: 'boolean',
    status: { oneOf: 'ACTIVE ARCHIVED DRAFT UNLISTED'.split(' ') },
  },
);

const variants = table(
  'product_variants',
  {
    ...each('id productId legacyResourceId', 'id'),
    ...each('sku title position price taxable availableForSale createdAt updatedAt', 'allow'),
  },
  { productId: 'string', price: 'string', sku: 'string?', updatedAt: 'string' },
);

const customers = table(
  'customers',
  {
    ...each('id legacyResourceId', 'id'),
    ...each('createdAt updatedAt state verifiedEmail taxExempt locale numberOfOrders', 'allow'),
    amountSpent: money,
    defaultEmailAddress: { emailAddress: 'token:email' },
    defaultAddress: { countryCodeV2: 'allow' },
  },
  {
    createdAt: 'string',
    updatedAt: 'string',
    'defaultEmailAddress.emailAddress': 'string?',
    state: { oneOf: 'DECLINED DISABLED ENABLED INVITED'.split(' ') },
  },
);

const deletions = table(
  'deletions',
  { ...each('id subjectId', 'id'), ...each('subjectType createdAt foundBy', 'allow') },
  { subjectId: 'string', subjectType: 'string', createdAt: 'string', foundBy: 'string' },
);

/** The tables that each stream fills. */
export const shopifyTables = {
  orders: [orders, orderLines, transactions, refunds, refundLines, fulfillments, fulfillmentLines],
  products: [products, variants],
  customers: [customers],
  // A reconciliation also reads what was never landed.
  deletions: [
    orders,
    orderLines,
    transactions,
    refunds,
    refundLines,
    fulfillments,
    fulfillmentLines,
    products,
    variants,
    customers,
    deletions,
  ],
} as const satisfies Readonly<Record<string, readonly StreamTable[]>>;
