import type { PageArgs } from './connection.ts';
import { notApproved, personal } from './access.ts';
import { gid, identity } from './context.ts';
import type { ApiObject, ShopifyContext } from './context.ts';
import { metafieldsOf } from './metafields.ts';
import { noEvents, withPlanted } from './product-node.ts';
import { dateTime } from './rows.ts';
import type { CustomerRow } from './rows.ts';
import { trimPrice } from './money.ts';

/** A Customer of the API. Throws when the app is not approved for customers at all. */
export function customerNode(row: CustomerRow, context: ShopifyContext): ApiObject {
  const { access, loaders, plant } = context;
  if (access.customerData === 'none') throw notApproved('access the Customer object');
  const [first = null, ...rest] = (row.full_name ?? '').split(' ').filter((word) => word !== '');
  const last = rest.length === 0 ? null : rest.join(' ');
  const email = row.email;
  return {
    ...identity('Customer', row.id),
    createdAt: dateTime(row.created_at),
    updatedAt: dateTime(row.updated_at),
    email: personal(access, 'email', email),
    phone: personal(access, 'phone', null),
    firstName: personal(access, 'firstName', first),
    lastName: personal(access, 'lastName', last),
    defaultEmailAddress: personal(
      access,
      'defaultEmailAddress',
      email === null ? null : { emailAddress: email },
    ),
    defaultPhoneNumber: personal(access, 'defaultPhoneNumber', null),
    defaultAddress: personal(access, 'defaultAddress', addressNode(row, first, last, context)),
    locale: 'en',
    note: () => plant('Customer.note') ?? null,
    state: 'ENABLED',
    tags: () => withPlanted('Customer.tags', [row.segment], context),
    taxExempt: false,
    verifiedEmail: email !== null,
    numberOfOrders: async () => (await loaders.spent.get(row.id))?.orders ?? '0',
    amountSpent: async () => ({
      amount: trimPrice((await loaders.spent.get(row.id))?.spent ?? '0.00'),
      currencyCode: 'USD',
    }),
    metafields: (args: PageArgs) =>
      metafieldsOf(
        'Customer',
        { id: row.id, created: row.created_at, updated: row.updated_at },
        args,
        context,
      ),
    events: noEvents,
  };
}

function addressNode(
  row: CustomerRow,
  firstName: string | null,
  lastName: string | null,
  { plant }: ShopifyContext,
): object {
  return {
    id: `${gid('MailingAddress', row.id)}?model_name=CustomerAddress`,
    address1: plant('MailingAddress.address1') ?? null,
    address2: plant('MailingAddress.address2') ?? null,
    city: row.city,
    company: plant('MailingAddress.company') ?? null,
    country: row.country,
    countryCodeV2: row.country,
    firstName,
    lastName,
    name: row.full_name,
    phone: null,
    province: null,
    zip: row.postal_code,
  };
}
