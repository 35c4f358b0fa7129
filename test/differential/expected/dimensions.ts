import { firstOwnId } from '../../../simulator/shopify/relations.ts';
import type { RowVersion, Tables } from '../world/tables.ts';
import type { SeenCustomer, ShopifyWorld } from '../world/shopify.ts';
import { nowOf } from '../world/objects.ts';
import type { ApiWorld } from '../world/objects.ts';
import { knownElsewhere, personsOf } from './persons.ts';
import type { Persons } from './persons.ts';
import type { Sales } from './sales.ts';
import { referenceIn } from './stripe-account.ts';
import type { MartRow } from './values.ts';
import { dimensionOf, standing, validity } from './versions.ts';
import type { MemberVersion } from './versions.ts';

/** What facts look members up in. */
export interface Dimensions {
  readonly customers: readonly MemberVersion[];
  readonly products: readonly MemberVersion[];
  readonly sellers: readonly MemberVersion[];
  readonly persons: Persons;
}

/** All versions, also of members that only facts name. */
export function dimensionsOf(
  shop: Tables,
  shopify: ShopifyWorld,
  { sales, zendesk }: { readonly sales: Sales; readonly zendesk: ApiWorld },
): Dimensions {
  const named = [
    ...[...sales.lines, ...sales.cancelled].map(({ productId }) => productId),
    // Lines of a deleted order are not told as deleted.
    ...shopify.own.flatMap(({ sightings }) =>
      sightings.flatMap(({ state }) => state.order_lines.map((line) => String(line.productId))),
    ),
  ];
  const cancellations = [...shop.now('cancellations').values()];
  const buyers = [
    ...sales.orders.map(({ customerId }) => customerId),
    ...cancellations.map((row) => row['customer_id']),
    ...customersOnZendesk(zendesk),
  ];
  const ofProduct = ['sku', 'title', 'category', 'kind', 'price', 'currency', 'is_active', 'seller_id'];
  const customerLog = [...shop.versions('customers'), ...shopify.customers.flatMap(ownVersions)];
  return {
    persons: personsOf(customerLog),
    sellers: dimensionOf(shop.versions('sellers'), ['name', 'country', 'commission_rate'], sellersOf(shop)),
    products: dimensionOf(shop.versions('products'), ofProduct, named),
    customers: dimensionOf(customerLog, ['country', 'city', 'segment'], buyers),
  };
}

/** Sellers that products name, in any version. */
function sellersOf(shop: Tables): readonly (string | null | undefined)[] {
  return shop.versions('products').map(({ fields }) => fields['seller_id']);
}

function isOwn(id: bigint): boolean {
  return id >= BigInt(firstOwnId);
}

/** A customer of Shopify alone as a log of its own. */
function ownVersions({ id, versions }: SeenCustomer): readonly RowVersion[] {
  return versions.map(({ at, country, email }) => ({
    table: 'customers',
    op: 'u',
    committedAt: at,
    fields: {
      id: String(id),
      country,
      city: null,
      segment: 'Unknown',
      email_token: email,
      updated_at: new Date(at).toISOString(),
    },
  }));
}

/** The customers that the help desk's users name. */
function customersOnZendesk(zendesk: ApiWorld): ReadonlyArray<string | undefined> {
  return [...nowOf(zendesk, 'users').values()].map((row) => referenceIn(row, 'external_id')?.toString());
}

export function dimCustomer(
  { customers, persons }: Dimensions,
  stripe: ApiWorld,
  zendesk: ApiWorld,
): readonly MartRow[] {
  const unknown = { country: 'Unknown', city: null, segment: 'Unknown' };
  const { atStripe, onZendesk } = knownElsewhere(stripe, zendesk, persons);
  const namedOnZendesk = new Set(customersOnZendesk(zendesk));
  const nowhere = {
    source_system: 'Unknown',
    is_in_shop: false,
    is_on_shopify: false,
    is_at_stripe: false,
    is_on_zendesk: false,
  };
  const members = customers.map((member) => {
    const { fields = unknown } = member;
    const source = isOwn(member.id) ? 'shopify' : 'shop';
    const known = {
      source_system: source,
      is_in_shop: source === 'shop',
      is_on_shopify: source === 'shopify',
      is_at_stripe: atStripe.has(persons.idOf(member.id)),
      is_on_zendesk: onZendesk.has(persons.idOf(member.id)),
    };
    return {
      customer_key: member.key,
      customer_durable_key: member.durableKey,
      customer_id: member.id,
      country: fields.country ?? null,
      city: fields.city ?? null,
      segment: fields.segment ?? null,
      person_key: persons.keyOf(member.id),
      ...(member.fields === undefined
        ? { ...nowhere, is_on_zendesk: namedOnZendesk.has(String(member.id)) }
        : known),
      ...validity(member),
    };
  });
  const nobody = {
    customer_key: -1n,
    customer_durable_key: -1n,
    customer_id: -1n,
    ...unknown,
    person_key: -1n,
    ...nowhere,
  };
  return [...members, { ...nobody, ...standing(-1n, true) }];
}

export function dimSeller({ sellers }: Dimensions): readonly MartRow[] {
  const members = sellers.map((member) => ({
    seller_key: member.key,
    seller_durable_key: member.durableKey,
    seller_id: member.id,
    seller_name: member.fields?.['name'] ?? 'Unknown',
    country: member.fields?.['country'] ?? 'Unknown',
    commission_rate: member.fields?.['commission_rate'] ?? null,
    ...validity(member),
  }));
  const nobody = (id: bigint, name: string, isInferred: boolean): MartRow => ({
    seller_key: id,
    seller_durable_key: id,
    seller_id: id,
    seller_name: name,
    country: name,
    commission_rate: null,
    ...standing(id, isInferred),
  });
  return [...members, nobody(-1n, 'Unknown', true), nobody(-2n, 'Not applicable', false)];
}

export function dimProduct({ products }: Dimensions, shop: Tables): readonly MartRow[] {
  const none = { sku: null, title: null, category: 'Unknown', kind: 'goods', price: null, currency: null };
  // A seller is told as it was last, also where it is gone.
  const sellers = new Map(
    shop
      .versions('sellers')
      .filter(({ op }) => op !== 'd')
      .map(({ fields }) => [fields['id'], fields]),
  );
  const members = products.map((member) => {
    const { fields } = member;
    const seller = sellers.get(fields?.['seller_id'] ?? '');
    return {
      product_key: member.key,
      product_durable_key: member.durableKey,
      product_id: member.id,
      sku: fields?.['sku'] ?? none.sku,
      title: fields?.['title'] ?? none.title,
      category: fields?.['category'] ?? none.category,
      kind: fields?.['kind'] ?? none.kind,
      price: fields?.['price'] ?? none.price,
      currency: fields?.['currency'] ?? none.currency,
      is_active: fields === undefined ? null : fields['is_active'] === 't',
      seller_id:
        fields?.['seller_id'] === undefined || fields['seller_id'] === null
          ? null
          : BigInt(fields['seller_id']),
      seller_name: seller?.['name'] ?? null,
      seller_country: seller?.['country'] ?? null,
      ...validity(member),
    };
  });
  const notApplicable = {
    product_key: -2n,
    product_durable_key: -2n,
    product_id: -2n,
    sku: null,
    title: 'Not applicable',
    category: 'Not applicable',
    kind: 'adjustment',
    price: null,
    currency: null,
    is_active: null,
    seller_id: null,
    seller_name: null,
    seller_country: null,
  };
  const unknown = {
    ...notApplicable,
    product_key: -1n,
    product_durable_key: -1n,
    product_id: -1n,
    title: 'Unknown',
    category: 'Unknown',
    kind: 'goods',
  };
  return [...members, { ...unknown, ...standing(-1n, true) }, { ...notApplicable, ...standing(-2n, false) }];
}

/** The kind of a line's product at a time; what nobody knows is taken for goods. */
export function kindOf(member: MemberVersion | undefined): string {
  return member?.fields?.['kind'] ?? 'goods';
}
