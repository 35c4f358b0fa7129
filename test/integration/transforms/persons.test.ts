import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { DuckdbWarehouse } from '../../../warehouse/duckdb/open.ts';
import { appendApiBatch, apiRemoval } from '../../support/api-rows.ts';
import type { ApiEntry } from '../../support/api-rows.ts';
import { personsOf } from '../../support/person-fold.ts';
import type { Persons, RecordChange, System } from '../../support/person-fold.ts';
import { openTransforms } from '../../support/platform-parts.ts';
import { appendBatch } from '../../support/raw-log.ts';
import type { LogEntry } from '../../support/raw-log.ts';
import { customerRow } from '../../support/shop-rows.ts';
import { gid, shopifyCustomer } from '../../support/shopify-rows.ts';
import { stripeCustomer } from '../../support/stripe-rows.ts';
import { zendeskUser } from '../../support/zendesk-rows.ts';

const models = [
  'int_customer_records',
  'int_person_members',
  'int_stripe_customers__persons',
  'int_zendesk_users__persons',
  'dim_customer',
];

const systems: readonly System[] = ['shop', 'shop', 'shopify', 'stripe', 'zendesk'];

/** Few ids and few addresses, so that persons meet and part again. */
const changes = fc.array(
  fc.record({
    system: fc.constantFrom(...systems),
    id: fc.integer({ min: 1, max: 5 }),
    isDelete: fc.constantFrom(false, false, false, true),
    email: fc.constantFrom('a', 'a', 'b', 'c', null),
    names: fc.constantFrom(null, null, 1, 2, 6),
  }),
  { minLength: 12, maxLength: 30 },
);

/** Part of one system's log, as it is loaded. */
interface Batch {
  readonly system: System;
  readonly part: number;
  readonly changes: readonly { readonly change: RecordChange; readonly position: number }[];
}

const position = (index: number): number => index + 1;

function batchesOf(history: readonly RecordChange[], size: number): Batch[] {
  return (['shop', 'shopify', 'stripe', 'zendesk'] as const).flatMap((system) => {
    const own = history.flatMap((change, index) =>
      change.system === system ? [{ change, position: position(index) }] : [],
    );
    return Array.from({ length: Math.ceil(own.length / size) }, (_, part) => ({
      system,
      part: part + 1,
      changes: own.slice(part * size, (part + 1) * size),
    }));
  });
}

function shopEntry({ id, isDelete, email }: RecordChange, at: number): LogEntry {
  return isDelete
    ? { table: 'customers', op: 'd', position: at, data: { id: String(id) } }
    : customerRow(at, String(id), { email_token: email });
}

const apiEntries: Readonly<
  Record<Exclude<System, 'shop'>, (change: RecordChange, position: number) => ApiEntry>
> = {
  shopify: ({ id, isDelete, email }, at) =>
    isDelete
      ? apiRemoval('shopify', 'customers', at, gid('Customer', id))
      : shopifyCustomer(at, id, {
          defaultEmailAddress: email === null ? null : { emailAddress_token: email },
        }),
  stripe: ({ id, isDelete, email, names }, at) =>
    isDelete
      ? apiRemoval('stripe', 'customers', at, `cus_${id}`)
      : stripeCustomer(at, `cus_${id}`, {
          email_token: email,
          metadata: names === null ? {} : { customer_id: String(names) },
        }),
  zendesk: ({ id, isDelete, email, names }, at) =>
    isDelete
      ? apiRemoval('zendesk', 'users', at, String(id))
      : zendeskUser(at, id, { email_token: email, external_id: names === null ? null : String(names) }),
};

async function append(warehouse: DuckdbWarehouse, batch: Batch, all: readonly Batch[]): Promise<void> {
  const { system, part } = batch;
  const id = `${system}${part}`;
  if (system === 'shop') {
    const before = all.find((each) => each.system === 'shop' && each.part === part - 1);
    const entries = batch.changes.map(({ change, position: at }) => shopEntry(change, at));
    await appendBatch(warehouse, {
      id,
      from: before?.changes.at(-1)?.position ?? 0,
      to: entries.at(-1)?.position ?? 0,
      entries,
    });
    return;
  }
  const entries = batch.changes.map(({ change, position: at }) => apiEntries[system](change, at));
  await appendApiBatch(warehouse, { id, part, entries });
}

async function shown(warehouse: DuckdbWarehouse): Promise<Persons> {
  const members = await warehouse.query('select customer_id, person_id from intermediate.int_person_members');
  const satellites = await warehouse.query(
    `select 'stripe ' || substr(stripe_customer_id, 5) as name, person_id
       from intermediate.int_stripe_customers__persons
     union all select 'zendesk ' || user_id, person_id from intermediate.int_zendesk_users__persons`,
  );
  return {
    members: new Map(members.map((row) => [Number(row['customer_id']), Number(row['person_id'])])),
    satellites: new Map(
      satellites.map((row) => [
        String(row['name']),
        row['person_id'] === null ? null : Number(row['person_id']),
      ]),
    ),
  };
}

async function contents(warehouse: DuckdbWarehouse): Promise<unknown[]> {
  return await warehouse.query(
    `select cast(m as varchar) as t from intermediate.int_person_members as m
     union all select cast(m as varchar) from intermediate.int_stripe_customers__persons as m
     union all select cast(m as varchar) from intermediate.int_zendesk_users__persons as m
     union all select cast(m as varchar) from marts.dim_customer as m order by 1`,
  );
}

test('persons equal those of a fold over the histories, whatever the order of batches and builds', async () => {
  await fc.assert(
    fc.asyncProperty(
      changes,
      fc.integer({ min: 3, max: 7 }),
      fc.array(fc.nat(), { minLength: 40, maxLength: 40 }),
      async (history, size, keys) => {
        const { warehouse, transforms } = await openTransforms();
        try {
          await transforms.stage();
          await transforms.build();
          const all = batchesOf(history, size);
          const shuffled = all
            .map((batch, index) => ({ batch, key: keys[index] ?? 0 }))
            .toSorted((left, right) => left.key - right.key);
          for (const [index, { batch, key }] of shuffled.entries()) {
            await append(warehouse, batch, all);
            if (key % 2 === 0 && index < shuffled.length - 1) continue;
            await transforms.stage();
            await transforms.build({ select: new Set(models) });
          }
          expect(await shown(warehouse)).toEqual(personsOf(history));
          const incremental = await contents(warehouse);
          await transforms.build({ select: new Set(models), fullRefresh: true });
          expect(await contents(warehouse)).toEqual(incremental);
          // What facts see of it: the durable key of the person's first customer, on every version.
          const strangers = await warehouse.query(
            `select d.customer_id from marts.dim_customer as d
             left join intermediate.int_person_members as m on m.customer_id = d.customer_id
             left join marts.dim_customer as p
               on p.customer_durable_key = d.person_key and p.is_current
             where d.customer_id <> -1 and p.customer_id is distinct from coalesce(m.person_id, d.customer_id)`,
          );
          expect(strangers).toEqual([]);
        } finally {
          await warehouse.close();
        }
      },
    ),
    { numRuns: 3, endOnFailure: true },
  );
});
