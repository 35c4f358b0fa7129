import { orderConnections, productConnections } from './inner-pages.ts';
import type { ObjectKind } from './paging.ts';
import { customerRecords, orderRecords, productRecords } from './records.ts';

/** The three kinds of objects that are found by their change time. */
export const objectKinds = {
  orders: {
    root: 'orders',
    page: 'orderPage',
    byId: 'ordersById',
    ids: 'orderIds',
    connections: orderConnections,
    records: orderRecords,
  },
  products: {
    root: 'products',
    page: 'productPage',
    byId: 'productsById',
    ids: 'productIds',
    connections: productConnections,
    records: productRecords,
  },
  customers: {
    root: 'customers',
    page: 'customerPage',
    byId: 'customersById',
    ids: 'customerIds',
    connections: [],
    records: customerRecords,
  },
} as const satisfies Readonly<Record<string, ObjectKind>>;
