import { epoch, isoTime, shopTime } from './order-story.ts';
import type { SourceRow } from './order-story.ts';
import { gid } from './story-shopify.ts';

/** A customer as the shop has them, and everybody else, too. */
export interface Person {
  readonly id: number;
  readonly email: string;
  readonly country: string;
  readonly city: string;
  readonly segment?: string;
  readonly since: string;
  /** Of this version; as old as the customer unless said. */
  readonly updated?: string;
}

/** Keyed tokens stand for addresses in raw rows. */
function tokenOf(email: string): string {
  return `tok_${email}`;
}

export function shopCustomer({ id, email, country, city, segment, since, updated }: Person): SourceRow {
  return {
    source: 'shop',
    table: 'customers',
    data: {
      id: String(id),
      email_token: tokenOf(email),
      country,
      city,
      postal_code: null,
      segment: segment ?? 'regular',
      created_at: shopTime(since),
      updated_at: shopTime(updated ?? since),
    },
  };
}

/** The same person at the three APIs. */
export function personElsewhere({ id, email, country, since }: Person): readonly SourceRow[] {
  return [
    {
      source: 'shopify',
      table: 'customers',
      data: {
        id: gid('Customer', id),
        createdAt: isoTime(since),
        updatedAt: isoTime(since),
        state: 'ENABLED',
        defaultEmailAddress: { emailAddress_token: tokenOf(email) },
        defaultAddress: { countryCodeV2: country },
      },
    },
    {
      source: 'stripe',
      table: 'customers',
      data: {
        id: `cus_${id}`,
        metadata: { customer_id: String(id) },
        email_token: tokenOf(email),
        address: { country },
        currency: 'usd',
        created: epoch(since),
        livemode: false,
      },
    },
    zendeskUser(9000 + id, { email, customer: id, since }),
  ];
}

export function zendeskUser(
  id: number,
  user: {
    readonly email: string;
    readonly customer?: number;
    readonly role?: string;
    readonly since: string;
  },
): SourceRow {
  return {
    source: 'zendesk',
    table: 'users',
    data: {
      id,
      external_id: user.customer === undefined ? null : String(user.customer),
      email_token: tokenOf(user.email),
      role: user.role ?? 'end-user',
      active: true,
      organization_id: null,
      created_at: isoTime(user.since),
      updated_at: isoTime(user.since),
    },
  };
}

export function shopSeller(id: number, name: string, rate: string, since: string): SourceRow {
  const at = shopTime(since);
  const data = { id: String(id), name, country: 'US', commission_rate: rate, created_at: at, updated_at: at };
  return { source: 'shop', table: 'sellers', data };
}

export function shopProduct(
  id: number,
  product: {
    readonly seller: number;
    readonly kind?: string;
    readonly price: string;
    readonly since: string;
    readonly updated?: string;
  },
): SourceRow {
  return {
    source: 'shop',
    table: 'products',
    data: {
      id: String(id),
      seller_id: String(product.seller),
      sku: `SKU-${id}`,
      title: `Product ${id}`,
      category: 'toys',
      kind: product.kind ?? 'goods',
      price: product.price,
      currency: 'USD',
      is_active: 't',
      created_at: shopTime(product.since),
      updated_at: shopTime(product.updated ?? product.since),
    },
  };
}

/** A ticket from its question to its rating. */
export interface TicketStory {
  readonly id: number;
  readonly order: number | null;
  readonly requester: number;
  readonly created: string;
  readonly tag: string;
  readonly replied?: string;
  readonly solved?: string;
  readonly score?: string;
}

export function ticketRows(story: TicketStory): readonly SourceRow[] {
  const { id, order, requester, created, tag, replied, solved, score } = story;
  const row = (table: string, data: SourceRow['data']): SourceRow => ({ source: 'zendesk', table, data });
  const clock = (nth: number, metric: string, type: string, at: string): SourceRow =>
    row('ticket_metric_events', {
      id: id * 10 + nth,
      ticket_id: id,
      metric,
      instance_id: 1,
      type,
      time: isoTime(at),
    });
  return [
    row('tickets', {
      id,
      external_id: order === null ? null : String(order),
      requester_id: requester,
      assignee_id: replied === undefined ? null : 1,
      organization_id: null,
      via: { channel: 'email' },
      type: 'question',
      priority: 'normal',
      status: solved === undefined ? 'open' : 'solved',
      subject: 'Question',
      tags: [tag],
      satisfaction_rating: { score: score ?? 'unoffered' },
      created_at: isoTime(created),
      updated_at: isoTime(solved ?? replied ?? created),
    }),
    clock(1, 'reply_time', 'activate', created),
    clock(2, 'agent_work_time', 'activate', created),
    clock(3, 'requester_wait_time', 'activate', created),
    ...(replied === undefined ? [] : [clock(4, 'reply_time', 'fulfill', replied)]),
    ...(solved === undefined
      ? []
      : [clock(5, 'agent_work_time', 'fulfill', solved), clock(6, 'requester_wait_time', 'fulfill', solved)]),
    ...(score === undefined || solved === undefined
      ? []
      : [
          row('satisfaction_ratings', {
            id: id * 10 + 1,
            ticket_id: id,
            requester_id: requester,
            assignee_id: 1,
            score,
            created_at: isoTime(solved),
            updated_at: isoTime(solved),
          }),
        ]),
  ];
}
