import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fingerprint } from '../../../transforms/engine/compile/compile.ts';
import type { Transforms } from '../../../transforms/engine/transforms.ts';
import type { Warehouse } from '../../../warehouse/warehouse.ts';
import { clockOfReading, openStar } from '../../support/four-source-star.ts';
import type { Star } from '../../support/four-source-star.ts';
import { rowsOf, shopifyOnly, stories } from '../../support/four-source-world.ts';
import type { OrderStory, SourceRow } from '../../support/order-story.ts';
import { engineOn, martContents, projectFolder } from '../../support/platform-parts.ts';
import { appendRows } from '../../support/source-log.ts';
import { shopCustomer, ticketRows } from '../../support/story-people.ts';
import { faultyModels } from './faulty-models.ts';
import type { FaultyModel } from './faulty-models.ts';

/** Every kind of order once more, under numbers of their own. */
const again: readonly OrderStory[] = stories.map((story) => ({ ...story, id: story.id + 100 }));

/** An order of another month, refunded in this one: rates have changed in between. */
const lastMonth: OrderStory = {
  id: 201,
  customer: 3,
  channel: 'app',
  currency: 'EUR',
  country: 'US',
  method: 'card',
  placed: '2026-02-20 12:00',
  paid: '2026-02-20 12:01',
  lines: [{ product: 2, quantity: 2, price: 900 }],
  refunds: [{ at: '2026-03-02 12:00', units: [{ line: 1, quantity: 1 }] }],
};

/** The parcel of order 1 arrived later than was known. */
function lateParcel(): readonly SourceRow[] {
  const [first] = stories;
  const [parcel] = first?.shipments ?? [];
  if (first === undefined || parcel === undefined) return [];
  const told = { ...first, shipments: [{ ...parcel, delivered: '2026-03-18 10:00' }] };
  return rowsOf([told]).filter(({ source, table }) => source === 'shop' && table === 'shipments');
}

const batch: readonly SourceRow[] = [
  shopCustomer({ id: 6, email: 'fritz@example.com', country: 'DE', city: 'Bonn', since: '2026-03-01 09:00' }),
  shopCustomer({
    id: 2,
    email: 'bert@example.com',
    country: 'FR',
    city: 'Lyon',
    since: '2026-01-05 09:00',
    updated: '2026-03-15 09:00',
  }),
  ...rowsOf([...again.filter(({ id }) => id < shopifyOnly), lastMonth]),
  ...rowsOf(again.filter(({ id }) => id >= shopifyOnly)),
  ...lateParcel(),
  ...ticketRows({
    id: 601,
    order: 101,
    requester: 9001,
    tag: 'delivery',
    created: '2026-03-05 09:00',
    replied: '2026-03-05 10:00',
  }),
  ...ticketRows({ id: 602, order: null, requester: 9002, tag: 'refund', created: '2026-03-06 09:00' }),
];

let star: Star;
let before: Outcome['marts'];
let sound: Outcome;
beforeAll(async () => {
  star = await openStar();
  before = await martContents(star.warehouse);
  sound = await outcomeOf(projectFolder);
}, 600_000);
afterAll(() => star[Symbol.asyncDispose]());

/** What a build of the batch came to. */
interface Outcome {
  /** Checks that hold a mart back, by mart; not what is held back only with something that it is made of. */
  readonly held: Readonly<Record<string, readonly string[]>>;
  readonly told: readonly string[];
  readonly marts: Readonly<Record<string, readonly string[]>>;
}

async function outcomeOf(folder: string): Promise<Outcome> {
  return await star.within(async (inside) => {
    const engine = await engineOn(inside, { projectFolder: folder, clock: clockOfReading });
    await standUnedited(inside, engine);
    await appendRows(inside, batch);
    await engine.stage();
    await engine.build();
    const told = await inside.query(
      `select distinct name from _meta.check_result where status = 'warn'
       and checked_at = (select max(checked_at) from _meta.check_result) order by name`,
    );
    const held = (await engine.heldBack()).map(({ model, reasons }) => [model, checksIn(reasons)] as const);
    return {
      held: Object.fromEntries(held.filter(([, checks]) => checks.length > 0)),
      told: told.map(({ name }) => String(name)),
      marts: await martContents(inside),
    };
  });
}

/** `unique_order_key on fct_orders: 2 row(s)` names a check; that an input is held back does not. */
function checksIn(reasons: readonly string[]): readonly string[] {
  return reasons.flatMap((reason) => /^(\S+) on /.exec(reason)?.[1] ?? []).toSorted();
}

/** As if what is published had been made by the models as they are: an edited one is made anew, and not by a batch. */
async function standUnedited(inside: Warehouse, engine: Transforms): Promise<void> {
  const project = engine.project();
  for (const model of project.models.keys()) {
    await inside.execute('update _meta.model_state set fingerprint = ? where model = ?', [
      fingerprint(project, model, inside.capabilities.dialect),
      model,
    ]);
  }
}

/** A copy of the project with one mistake in it. */
async function mutated({ file, from, to }: FaultyModel): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'shopwave-faulty-'));
  await cp(projectFolder, folder, { recursive: true, filter: (each) => !each.endsWith('engine') });
  const text = await readFile(path.join(folder, file), 'utf8');
  expect(text.split(from)).toHaveLength(2);
  await writeFile(path.join(folder, file), text.replace(from, to));
  return folder;
}

test('without a mistake the batch is published, and nothing is red', () => {
  expect(sound).toMatchObject({ held: {}, told: [] });
  for (const mart of ['fct_orders', 'fct_order_events', 'fct_payments', 'agg_finance_daily', 'dim_customer'])
    expect(sound.marts[mart]).not.toEqual(before[mart]);
});

test.each(faultyModels.map((each) => [each.name, each] as const))('%s', async (_, faulty) => {
  const folder = await mutated(faulty);
  const { held, told, marts } = await outcomeOf(folder);
  await rm(folder, { recursive: true });
  const isLike = (mart: string, other: Outcome['marts']): boolean =>
    JSON.stringify(marts[mart]) === JSON.stringify(other[mart]);
  // Neither as it was nor as it should be.
  const wrong = Object.keys(marts).filter((mart) => !isLike(mart, before) && !isLike(mart, sound.marts));
  const { seenBy } = faulty;
  if ('by' in seenBy) {
    // What refers to rows that are held back is held back, too: only the mart that the mistake is in is looked at.
    const found = { by: held[seenBy.mart], isAsBefore: isLike(seenBy.mart, before), wrong };
    expect(found).toEqual({ by: seenBy.by, isAsBefore: true, wrong: [] });
  } else expect({ held, told, wrong }).toEqual({ held: {}, ...seenBy });
});
