import { expect } from 'vitest';
import type { Extractor } from '../../../ingest/extract/extractor.ts';
import { zendeskSource } from '../../../ingest/zendesk/source.ts';
import type { ZendeskSourceOptions } from '../../../ingest/zendesk/source.ts';
import type { SaasRequest } from '../../../simulator/saas/api.ts';
import { createZendeskApi } from '../../../simulator/zendesk/api.ts';
import type { ZendeskApi, ZendeskApiOptions } from '../../../simulator/zendesk/api.ts';
import { orderFieldId } from '../../../simulator/zendesk/ids.ts';
import { organizationsSql, usersSql } from '../../../simulator/zendesk/people.ts';
import { currentRows, openSaasRig, readArchive, testToken, words } from './shopify-zendesk-rig.ts';
import type { SaasRig } from './shopify-zendesk-rig.ts';

interface ZendeskRig extends SaasRig {
  readonly api: ZendeskApi;
  readonly zendesk: (options?: Partial<ZendeskSourceOptions>) => Extractor;
  /** Called before each answer. */
  readonly before: { answer: (request: SaasRequest) => Promise<void> };
  /** Ids of tickets that are there, oldest change first. */
  readonly tickets: (howMany: number) => Promise<readonly number[]>;
}

const unlimited = { perSecond: 1000, burst: 1000 };

/** A shop with a simulated help desk. Pages are small, so that exports have many. */
export async function openZendesk(
  options: Partial<ZendeskApiOptions> = {},
  backlogLines = 900,
): Promise<ZendeskRig> {
  const before: ZendeskRig['before'] = { answer: async () => {} };
  let api: ZendeskApi | undefined;
  const rig = await openSaasRig((shop, clock) => {
    const identity = { email: 'agent@shopwave.example', apiToken: 'zd_test' };
    api = createZendeskApi({ url: shop.url, seed: 11, clock, exportPage: 9, ...identity, ...options });
    const { handle } = api;
    return [{ ...api, handle: async (request) => (await before.answer(request), await handle(request)) }];
  }, backlogLines);
  if (api === undefined) throw new Error('no API');
  const secrets: Readonly<Record<string, string>> = {
    SHOPWAVE_ZENDESK_EMAIL: 'agent@shopwave.example',
    SHOPWAVE_ZENDESK_TOKEN: 'zd_test',
  };
  const source = (more: Partial<ZendeskSourceOptions>): ReturnType<typeof zendeskSource> =>
    zendeskSource({
      baseUrl: rig.host.url('zendesk'),
      secrets: { read: async (name) => secrets[name] },
      clock: rig.clock,
      logger: rig.logger,
      customFields: { [orderFieldId]: 'order_id' },
      perPage: 9,
      exportRate: unlimited,
      listRate: unlimited,
      requests: { timeoutMs: 2_000 },
      ...more,
    });
  return {
    ...rig,
    api,
    before,
    // Agents are older than the shop.
    zendesk: (more = {}) => rig.extractor(source(more), new Date('2019-06-01T00:00:00Z')),
    tickets: async (howMany) => {
      const { rows } = await rig.shop.pool.query<{ id: string }>(
        `select id from simulator.zendesk_ticket where doc is not null and deleted_at is null
         order by generated_at, id limit $1`,
        [howMany],
      );
      return rows.map(({ id }) => Number(id));
    },
  };
}

/** Key, a digest of what matters, and the last change of each row, by the stream that fills the table. */
const queries: Readonly<Record<string, readonly [stream: string, sql: string]>> = {
  tickets: [
    'tickets',
    `select id, (doc ->> 'status') || ' ' || (doc -> 'facts' ->> 'orderId') || ' ' ||
       floor(extract(epoch from generated_at)) as digest, generated_at as at
     from simulator.zendesk_ticket where doc is not null and doc ->> 'status' <> 'deleted'`,
  ],
  users: [
    'users',
    `select id, is_active || ' ' || version_ms || ' ' || coalesce(email, '') as digest, changed_at as at
     from (${usersSql}) q`,
  ],
  organizations: [
    'organizations',
    `select id, name as digest, changed_at as at from (${organizationsSql}) q`,
  ],
  ticket_metric_events: [
    'ticket_metric_events',
    `select id, ticket_id || ' ' || (doc ->> 'metric') || ' ' || (doc ->> 'type') as digest, at
     from simulator.zendesk_metric_event`,
  ],
  satisfaction_ratings: [
    'satisfaction_ratings',
    `select id, ticket_id || ' ' || (doc ->> 'score') as digest, updated_at as at from simulator.zendesk_rating`,
  ],
};

type Row = Readonly<Record<string, unknown>>;

/** The same digests of landed rows. */
const digests: Readonly<Record<string, (row: Row) => string>> = {
  tickets: (row) => words(row['status'], (row['custom'] as Row)['order_id'], row['generated_timestamp']),
  users: (row) => words(row['active'], Date.parse(String(row['updated_at'])), row['email_token'] ?? ''),
  organizations: (row) => words(row['name']),
  ticket_metric_events: (row) => words(row['ticket_id'], row['metric'], row['type']),
  satisfaction_ratings: (row) => words(row['ticket_id'], row['score']),
};

/** Everything of the help desk is landed as it is, up to where each stream is complete, and nothing that is gone. */
export async function expectHelpDesk(rig: SaasRig): Promise<void> {
  const { lines } = await readArchive(rig.store, 'zendesk');
  for (const [table, [stream, sql]] of Object.entries(queries)) {
    const [cursor] = await rig.control
      .withSchema('ingest')
      .from('cursor')
      .where({ source: 'zendesk', stream })
      .select<Array<{ fresh_to: Date }>>('fresh_to');
    const { rows } = await rig.shop.pool.query<{ id: string; digest: string; at: Date }>(sql);
    const settled = rows.filter(({ at }) => cursor !== undefined && at < cursor.fresh_to);
    const unsettled = new Set(rows.filter((row) => !settled.includes(row)).map(({ id }) => id));
    const expected = settled.map(
      ({ id, digest }) => [id, table === 'users' ? withToken(digest) : digest] as const,
    );
    const found = [...currentRows(lines, table)]
      .filter(([id]) => !unsettled.has(id))
      .map(([id, row]) => [id, digests[table]?.(row)] as const);
    expect([table, new Map(found)]).toEqual([table, new Map(expected)]);
    expect(expected.length, table).toBeGreaterThan(0);
  }
}

function withToken(digest: string): string {
  const [active = '', version = '', email = ''] = digest.split(' ');
  return `${active} ${version} ${email === '' ? '' : testToken('email', email)}`;
}
