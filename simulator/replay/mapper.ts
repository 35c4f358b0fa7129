import { firstReplayId } from './id-offset.ts';
import type { InvoiceLine } from './invoice-line.ts';
import { productKindOf } from './product-kind.ts';
import type { ProductKind } from './product-kind.ts';

/** A product as the file has shown it so far. */
interface ReplayedProduct {
  readonly id: number;
  readonly sku: string;
  readonly kind: ProductKind;
  readonly title: string | null;
  readonly priceE4: number;
  readonly createdAt: string;
  readonly updatedAt: string;
}

interface ReplayedCustomer {
  readonly id: number;
  readonly country: string;
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** Head of an order or of a cancellation note. */
export interface ReplayedInvoice {
  readonly id: number;
  readonly number: string;
  readonly customerId: number | null;
  readonly country: string;
  readonly at: string;
}

/** A line of an order or of a cancellation note; quantity > 0 for both. */
export interface ReplayedLine {
  readonly id: number;
  readonly invoiceId: number;
  readonly lineNo: number;
  readonly productId: number;
  readonly quantity: number;
  readonly priceE4: number;
  readonly at: string;
}

interface ReplayedAdjustment {
  readonly id: number;
  readonly reference: string;
  readonly kind: 'stock' | 'account';
  readonly productId: number;
  readonly quantity: number;
  readonly amountCents: number;
  readonly note: string | null;
  readonly at: string;
}

/** What some consecutive lines of the file make in the shop. */
export interface SliceRows {
  readonly newProducts: readonly ReplayedProduct[];
  readonly changedProducts: readonly ReplayedProduct[];
  readonly newCustomers: readonly ReplayedCustomer[];
  readonly changedCustomers: readonly ReplayedCustomer[];
  readonly orders: readonly ReplayedInvoice[];
  readonly orderLines: readonly ReplayedLine[];
  readonly cancellations: readonly ReplayedInvoice[];
  readonly cancellationLines: readonly ReplayedLine[];
  readonly adjustments: readonly ReplayedAdjustment[];
}

/** Maps the file slice by slice; remembers what it has seen, so every line must pass through it, in file order. */
export type Mapper = (lines: readonly InvoiceLine[]) => SliceRows;

interface Seen {
  readonly products: Map<string, ReplayedProduct>;
  readonly customers: Map<number, ReplayedCustomer>;
  /** Lines so far of every order and cancellation: an invoice may go on after others, or after midnight. */
  readonly lineCounts: Map<string, number>;
  rows: number;
}

/**
 * A mapper that has seen nothing. Keys follow from the file alone (invoice numbers, customer numbers, places in the
 * file), so reading it again gives the same rows.
 */
export function createMapper(): Mapper {
  const seen: Seen = { products: new Map(), customers: new Map(), lineCounts: new Map(), rows: 0 };
  return (lines) => {
    const before = {
      products: new Map<string, ReplayedProduct>(),
      customers: new Map<number, ReplayedCustomer>(),
    };
    const newProducts = new Set<string>();
    const newCustomers = new Set<number>();
    const rows = emptySlice();
    for (const line of lines) {
      seen.rows += 1;
      if (noteProduct(seen, before.products, line)) newProducts.add(line.stockCode);
      if (line.customerId !== null && noteCustomer(seen, before.customers, line, line.customerId)) {
        newCustomers.add(line.customerId);
      }
      addLine(rows, seen, line);
    }
    const products = [...before.products.keys()].flatMap((sku) => seen.products.get(sku) ?? []);
    const customers = [...before.customers.keys()].flatMap((id) => seen.customers.get(id) ?? []);
    return {
      ...rows,
      newProducts: [...newProducts].flatMap((sku) => seen.products.get(sku) ?? []),
      changedProducts: products.filter(
        (each) => !newProducts.has(each.sku) && differs(each, before.products.get(each.sku)),
      ),
      newCustomers: [...newCustomers].flatMap((id) => seen.customers.get(id) ?? []),
      changedCustomers: customers.filter((each) => {
        const customerId = each.id - firstReplayId;
        return !newCustomers.has(customerId) && before.customers.get(customerId)?.country !== each.country;
      }),
    };
  };
}

// A product that changed and changed back within the slice has not changed.
function differs(now: ReplayedProduct, before: ReplayedProduct | undefined): boolean {
  return before !== undefined && (now.title !== before.title || now.priceE4 !== before.priceE4);
}

type OpenSlice = { readonly [Key in 'orders' | 'cancellations']: ReplayedInvoice[] } & {
  readonly [Key in 'orderLines' | 'cancellationLines']: ReplayedLine[];
} & { readonly adjustments: ReplayedAdjustment[] };

function emptySlice(): OpenSlice {
  return { orders: [], orderLines: [], cancellations: [], cancellationLines: [], adjustments: [] };
}

function addLine(rows: OpenSlice, seen: Seen, line: InvoiceLine): void {
  const isCancellation = line.invoiceNo.startsWith('C');
  const isAccount = line.invoiceNo.startsWith('A');
  const productId = seen.products.get(line.stockCode)?.id ?? 0;
  const id = firstReplayId + seen.rows;
  if (isAccount || (!isCancellation && line.quantity < 0)) {
    rows.adjustments.push({
      id,
      reference: line.invoiceNo,
      kind: isAccount ? 'account' : 'stock',
      productId,
      quantity: line.quantity,
      amountCents: signedCents(line.quantity, line.priceE4),
      note: line.description === '' ? null : line.description,
      at: line.at,
    });
    return;
  }
  const invoiceId = firstReplayId + Number(line.invoiceNo.replace(/^C/, ''));
  const lineNo = (seen.lineCounts.get(line.invoiceNo) ?? 0) + 1;
  seen.lineCounts.set(line.invoiceNo, lineNo);
  if (lineNo === 1) {
    (isCancellation ? rows.cancellations : rows.orders).push({
      id: invoiceId,
      number: line.invoiceNo,
      customerId: line.customerId === null ? null : firstReplayId + line.customerId,
      country: line.country,
      at: line.at,
    });
  }
  (isCancellation ? rows.cancellationLines : rows.orderLines).push({
    id,
    invoiceId,
    lineNo,
    productId,
    quantity: isCancellation ? -line.quantity : line.quantity,
    priceE4: line.priceE4,
    at: line.at,
  });
}

/** Rounded half away from zero, as numeric rounds. */
function signedCents(quantity: number, priceE4: number): number {
  const value = quantity * priceE4;
  const rounded = Math.floor((Math.abs(value) + 50) / 100);
  return value < 0 ? -rounded : rounded;
}

/**
 * Takes in what a line says of its product; true if it is the first to name it. Titles and prices come from sales
 * only: write-offs and give-aways carry remarks ("damaged", "?") and prices of zero in their place.
 */
function noteProduct(seen: Seen, before: Map<string, ReplayedProduct>, line: InvoiceLine): boolean {
  const known = seen.products.get(line.stockCode);
  const title = line.description === '' ? null : line.description;
  if (known === undefined) {
    seen.products.set(line.stockCode, {
      id: firstReplayId + seen.products.size + 1,
      sku: line.stockCode,
      kind: productKindOf(line.stockCode),
      title,
      priceE4: line.priceE4,
      createdAt: line.at,
      updatedAt: line.at,
    });
    return true;
  }
  const isSale = line.quantity > 0 && line.priceE4 > 0;
  const next = {
    title: isSale ? (title ?? known.title) : known.title,
    priceE4: isSale ? line.priceE4 : known.priceE4,
  };
  if (next.title === known.title && next.priceE4 === known.priceE4) return false;
  if (!before.has(known.sku)) before.set(known.sku, known);
  seen.products.set(known.sku, { ...known, ...next, updatedAt: line.at });
  return false;
}

function noteCustomer(
  seen: Seen,
  before: Map<number, ReplayedCustomer>,
  line: InvoiceLine,
  customerId: number,
): boolean {
  const known = seen.customers.get(customerId);
  if (known?.country === line.country) return false;
  if (known !== undefined && !before.has(customerId)) before.set(customerId, known);
  seen.customers.set(customerId, {
    id: firstReplayId + customerId,
    country: line.country,
    createdAt: known?.createdAt ?? line.at,
    updatedAt: line.at,
  });
  return known === undefined;
}
