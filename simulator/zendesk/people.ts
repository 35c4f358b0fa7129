import type { JsonObject } from '../saas/json.ts';
import { agentCount, idSql } from './ids.ts';
import { timeOf } from './render.ts';
import type { View } from './render.ts';

/** A person as the query below gives one; times in milliseconds. */
export interface UserRow {
  readonly id: string;
  readonly role: 'end-user' | 'agent';
  readonly external_id: string | null;
  readonly email: string | null;
  readonly name: string | null;
  readonly country: string | null;
  readonly organization_id: string | null;
  readonly is_active: boolean;
  readonly created_ms: string;
  readonly version_ms: string;
}

const ms = (column: string): string => `floor(extract(epoch from ${column}))::bigint * 1000`;
const deletedAt = `(select d.at from simulator.zendesk_user_deleted d where d.user_id = u.id)`;

/**
 * Who has written to the help desk, and who works there: id and version (when the user changed last, or first wrote)
 * of every user. Customers keep the shop's key as external id.
 */
export const usersSql = `
  select u.*, ${deletedAt} is null as is_active,
    greatest(u.version, coalesce(${deletedAt}, u.version)) as changed_at,
    ${ms('u.created_at')} as created_ms,
    ${ms(`greatest(u.version, coalesce(${deletedAt}, u.version))`)} as version_ms
  from (
    select ${idSql.customerUser('c.id')} as id, 'end-user' as role, c.id::text as external_id, c.email, c.full_name as name,
      c.country, (select ${idSql.organization('g.customer_id')} from simulator.zendesk_organization g
        where g.customer_id = c.id) as organization_id,
      t.first_at as created_at, greatest(c.updated_at, t.first_at) as version
    from (select customer_id, min(created_at) as first_at from simulator.zendesk_ticket
      where created_at is not null and customer_id is not null group by 1) t
    join customers c on c.id = t.customer_id
    union all
    select ${idSql.guestUser('t.id')}, 'end-user', null, 'guest-' || t.id || '@example.org', 'Guest ' || t.id, null, null,
      t.created_at, t.created_at
    from simulator.zendesk_ticket t where t.created_at is not null and t.customer_id is null
    union all
    select a.id, 'agent', null, 'agent-' || a.id || '@shopwave.example', 'Agent ' || a.id, null, null,
      timestamptz '2020-01-01', timestamptz '2020-01-01'
    from generate_series(1, ${agentCount}) a (id)
  ) u`;

/** A user of the incremental export. */
export function userJson(row: UserRow, { plant, baseUrl }: View): JsonObject {
  return {
    id: Number(row.id),
    url: `${baseUrl}/api/v2/users/${row.id}.json`,
    name: row.name,
    email: row.email,
    created_at: timeOf(Number(row.created_ms)),
    updated_at: timeOf(Number(row.version_ms)),
    time_zone: 'Etc/UTC',
    iana_time_zone: 'Etc/UTC',
    phone: null,
    locale: 'en-US',
    organization_id: row.organization_id === null ? null : Number(row.organization_id),
    role: row.role,
    verified: row.email !== null,
    external_id: row.external_id,
    tags: [],
    alias: '',
    active: row.is_active,
    shared: false,
    suspended: false,
    signature: null,
    details: plant('User.details') ?? '',
    notes: plant('User.notes') ?? '',
    user_fields: { country: row.country },
  };
}

/** An organisation as the query below gives one; times in milliseconds. */
export interface OrganizationRow {
  readonly id: string;
  readonly customer_id: string;
  readonly name: string;
  readonly created_ms: string;
  readonly version_ms: string;
}

/** Organisations of wholesale customers, changed when the customer was. */
export const organizationsSql = `
  select ${idSql.organization('g.customer_id')} as id, g.customer_id,
    coalesce(split_part(c.full_name, ' ', -1) || ' Wholesale ', 'Wholesale ') || c.id as name,
    ${ms('g.created_at')} as created_ms, ${ms('greatest(c.updated_at, g.created_at)')} as version_ms,
    greatest(c.updated_at, g.created_at) as changed_at
  from simulator.zendesk_organization g join customers c on c.id = g.customer_id`;

/** An organisation of the incremental export. */
export function organizationJson(row: OrganizationRow, { plant, baseUrl }: View): JsonObject {
  return {
    id: Number(row.id),
    url: `${baseUrl}/api/v2/organizations/${row.id}.json`,
    name: row.name,
    shared_tickets: false,
    shared_comments: false,
    external_id: row.customer_id,
    created_at: timeOf(Number(row.created_ms)),
    updated_at: timeOf(Number(row.version_ms)),
    domain_names: [],
    details: plant('Organization.details') ?? null,
    notes: plant('Organization.notes') ?? null,
    group_id: null,
    tags: [],
    organization_fields: {},
    deleted_at: null,
  };
}
