import { columnsOf } from '../order/columns.ts';
import type { Offer } from '../order/placement.ts';
import type { LineKind } from '../order/rows.ts';
import { priceText } from './money.ts';
import type { Random } from './random.ts';
import {
  adjectives,
  categories,
  countries,
  firstNames,
  lastNames,
  segments,
  sellerNames,
} from './vocabulary.ts';

export interface Seller {
  readonly id: number;
  readonly name: string;
  readonly country: string;
  readonly commissionRate: string;
  readonly createdAt: number;
  readonly updatedAt: number;
}

export interface Product extends Omit<Offer, 'productId'> {
  readonly id: number;
  readonly sellerId: number | null;
  readonly sku: string;
  readonly title: string;
  readonly category: string;
  readonly kind: LineKind;
  readonly currency: string;
  readonly isActive: boolean;
  readonly createdAt: number;
  readonly updatedAt: number;
}

export interface Customer {
  readonly id: number;
  readonly email: string;
  readonly fullName: string;
  readonly country: string;
  readonly city: string;
  readonly postalCode: string;
  readonly segment: string;
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** Columns of the tables that hold no orders. */
export const catalogueColumns = {
  sellers: columnsOf('id name country commission_rate created_at updated_at'),
  products: columnsOf('id seller_id sku title category kind price currency is_active created_at updated_at'),
  customers: columnsOf('id email full_name country city postal_code segment created_at updated_at'),
} as const;

/** One in this many products is a gift card. */
const giftCardEvery = 100;
const giftCardCents = [2500, 5000, 10_000, 20_000] as const;

/** A seller that joined at the given time. */
export function makeSeller(random: Random, id: number, createdAt: number): Seller {
  return {
    id,
    name: `${random.pick(lastNames)} ${random.pick(sellerNames)} ${id}`,
    country: countryOf(random).code,
    commissionRate: commissionRate(random),
    createdAt,
    updatedAt: createdAt,
  };
}

/** A marketplace commission between 5 and 25 %, as a fraction with four decimals. */
export function commissionRate(random: Random): string {
  return priceText(random.integer(20, 100) * 25);
}

/** A product; every hundredth is a gift card of the shop itself, the others are some seller's goods. */
export function makeProduct(random: Random, id: number, sellers: number, createdAt: number): Product {
  const isGiftCard = id % giftCardEvery === 0;
  const category = random.weighted(categories, (each) => each.weight) ?? categories[0];
  const cents = isGiftCard ? random.pick(giftCardCents) : 0;
  return {
    id,
    sellerId: isGiftCard ? null : random.integer(1, sellers),
    sku: isGiftCard ? `GIFT-${cents / 100}-${id}` : `SKU-${String(id).padStart(6, '0')}`,
    title: isGiftCard
      ? `Gift card $${cents / 100}`
      : `${random.pick(adjectives)} ${random.pick(category.nouns)}`,
    category: isGiftCard ? 'gift cards' : category.name,
    kind: isGiftCard ? 'gift_card' : 'goods',
    priceE4: isGiftCard ? cents * 100 : goodsPriceE4(random, category.typicalCents),
    currency: 'USD',
    isActive: true,
    createdAt,
    updatedAt: createdAt,
  };
}

/** Around the typical price, ending in .x9; what costs cents is priced in tenths or hundredths of a cent. */
function goodsPriceE4(random: Random, typicalCents: number): number {
  const spread = Math.exp((random.next() + random.next() + random.next() - 1.5) * 1.2);
  const cents = typicalCents * spread;
  return cents < 200
    ? Math.max(5, Math.round(cents * 100))
    : Math.max(99, Math.round(cents / 10) * 10 - 1) * 100;
}

/** A customer who signed up at the given time; the e-mail address is unique by the key in it. */
export function makeCustomer(random: Random, id: number, createdAt: number): Customer {
  const first = random.pick(firstNames);
  const last = random.pick(lastNames);
  const { code, city, postalCode } = makeAddress(random);
  return {
    id,
    email: `${first}.${last}.${id}@example.com`.toLowerCase(),
    fullName: `${first} ${last}`,
    country: code,
    city,
    postalCode,
    segment: (random.weighted(segments, (each) => each.weight) ?? segments[0]).name,
    createdAt,
    updatedAt: createdAt,
  };
}

/** Somewhere to live. */
export function makeAddress(random: Random): {
  readonly code: string;
  readonly city: string;
  readonly postalCode: string;
} {
  const country = countryOf(random);
  return {
    code: country.code,
    city: random.pick(country.cities),
    postalCode: String(random.integer(10_000, 99_999)),
  };
}

function countryOf(random: Random): (typeof countries)[number] {
  return random.weighted(countries, (each) => each.weight) ?? countries[0];
}

/** A key in 1..count: the first few are asked for most (the top fifth of products makes half of the lines). */
export function popularKey(random: Random, count: number): number {
  return 1 + Math.floor(count * random.next() ** 2.3);
}
