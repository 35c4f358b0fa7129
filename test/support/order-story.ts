/** One thing that a source reports: a row of its raw table, before it has a place in any log. */
export interface SourceRow {
  readonly source: 'shop' | 'stripe' | 'shopify' | 'zendesk';
  readonly table: string;
  readonly data: Readonly<Record<string, unknown>>;
  /** A change unless said. */
  readonly op?: 'c' | 'u' | 'd';
}

/** One line; amounts in minor units, those of discount and tax over the whole line. */
interface LineStory {
  readonly product: number;
  readonly quantity: number;
  readonly price: number;
  readonly discount?: number;
  readonly tax?: number;
}

interface Units {
  /** The line, counted from 1. */
  readonly line: number;
  readonly quantity: number;
}

/**
 * An order with all that became of it, told once; what each source reports of it is made from this. Times are
 * `2026-03-01 12:00`, UTC.
 */
export interface OrderStory {
  readonly id: number;
  readonly customer: number | null;
  readonly channel: 'web' | 'app';
  readonly currency: string;
  readonly country: string;
  readonly placed: string;
  readonly method: 'card' | 'apple_pay' | 'paypal' | 'gift_card';
  readonly lines: readonly LineStory[];
  readonly shipping?: number;
  readonly isTest?: boolean;
  /** When the money was reserved and taken; an order without is not paid. */
  readonly paid?: string | undefined;
  readonly shipments?: ReadonlyArray<{
    readonly at: string;
    readonly carrier: string;
    readonly delivered?: string;
    /** It left, and came back. */
    readonly isReturned?: boolean;
    readonly units: readonly Units[];
  }>;
  /** All of it: before the money was taken (it was only reserved), or after (it goes back). */
  readonly cancelled?: { readonly at: string; readonly beforeCapture: boolean };
  /** Goods that came back, with their share of discount and tax, and perhaps shipping or cash besides. */
  readonly refunds?: ReadonlyArray<{
    readonly at: string;
    readonly units: readonly Units[];
    readonly shipping?: number;
    readonly cash?: number;
  }>;
  readonly dispute?: { readonly at: string; readonly wonAt?: string };
}

const digits: Readonly<Record<string, number>> = { JPY: 0 };

/** Minor units as the shop's columns hold them: two decimals, whatever the currency. */
export function money(minor: number, currency: string): string {
  return (minor / 10 ** (digits[currency] ?? 2)).toFixed(2);
}

/** `2026-03-01 12:00` as PostgreSQL's log writes it. */
export function shopTime(time: string): string {
  return `${time}:00+00`;
}

/** The same as the APIs of Shopify and Zendesk write it. */
export function isoTime(time: string): string {
  return `${time.replace(' ', 'T')}:00Z`;
}

/** The same in Stripe's seconds. */
export function epoch(time: string): number {
  return Date.parse(isoTime(time)) / 1000;
}

/** Ids of what belongs to an order: its own, and a digit or two. */
export function idIn(story: OrderStory, nth: number): number {
  return story.id * 100 + nth;
}

/** What an order comes to when it is placed. */
export function totalOf({ lines, shipping = 0 }: OrderStory): number {
  return lines.reduce((sum, each) => sum + netOf(each) + (each.tax ?? 0), shipping);
}

export function netOf({ quantity, price, discount = 0 }: LineStory): number {
  return quantity * price - discount;
}

/** What a refund gives back, line by line and in all. */
export interface RefundParts {
  readonly at: string;
  /** Number of the refund in its order, from 1. */
  readonly nth: number;
  readonly shipping: number;
  readonly total: number;
  readonly isCancellation: boolean;
  readonly lines: ReadonlyArray<
    Units & { readonly nth: number; readonly goods: number; readonly tax: number }
  >;
}

/** Refunds of returned goods; and the cash of a cancellation after capture, which names no goods. */
export function refundsOf(story: OrderStory): readonly RefundParts[] {
  const { cancelled, refunds = [] } = story;
  const returned = refunds.map((refund, index): RefundParts => {
    const lines = refund.units.map((unit, place) => ({ ...unit, nth: place + 1, ...shareOf(story, unit) }));
    const goods = lines.reduce((sum, each) => sum + each.goods + each.tax, 0);
    const shipping = refund.shipping ?? 0;
    const total = goods + shipping + (refund.cash ?? 0);
    return { at: refund.at, nth: index + 1, shipping, total, isCancellation: false, lines };
  });
  if (cancelled === undefined || cancelled.beforeCapture) return returned;
  const all = { nth: returned.length + 1, shipping: story.shipping ?? 0, total: totalOf(story) };
  return [...returned, { at: cancelled.at, ...all, isCancellation: true, lines: [] }];
}

function shareOf({ lines }: OrderStory, { line, quantity }: Units): { goods: number; tax: number } {
  const of = lines[line - 1];
  if (of === undefined) throw new RangeError(`no line ${line}`);
  return { goods: (netOf(of) * quantity) / of.quantity, tax: ((of.tax ?? 0) * quantity) / of.quantity };
}

/** Payments of an order as they follow each other; `nth` makes their ids. */
export interface PaymentStep {
  readonly kind: 'authorisation' | 'capture' | 'void' | 'refund';
  readonly nth: number;
  readonly at: string;
  readonly amount: number;
  /** The refund that it carries out. */
  readonly refund?: number;
}

export function paymentsOf(story: OrderStory): readonly PaymentStep[] {
  const { paid, cancelled } = story;
  if (paid === undefined) return [];
  const amount = totalOf(story);
  const steps: PaymentStep[] = [{ kind: 'authorisation', nth: 1, at: paid, amount }];
  if (cancelled?.beforeCapture === true)
    return [...steps, { kind: 'void', nth: 2, at: cancelled.at, amount }];
  const refunds = refundsOf(story).map(({ at, total, nth }): PaymentStep => ({
    kind: 'refund',
    nth: 2 + nth,
    at,
    amount: total,
    refund: nth,
  }));
  return [...steps, { kind: 'capture', nth: 2, at: paid, amount }, ...refunds];
}

/** The payment intent that the shop and Stripe both name. */
export function intentOf(story: OrderStory): string {
  return `pi_${story.id}`;
}

export function isByCard({ method }: OrderStory): boolean {
  return method === 'card' || method === 'apple_pay';
}

/** The last that happened to an order. */
export function lastChange(story: OrderStory): string {
  const times = [story.placed, story.paid, story.cancelled?.at];
  const shipped = (story.shipments ?? []).flatMap(({ at, delivered }) => [at, delivered]);
  return [...times, ...shipped, ...refundsOf(story).map(({ at }) => at)]
    .filter((time) => time !== undefined)
    .reduce((one, other) => (one > other ? one : other));
}
