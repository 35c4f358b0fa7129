import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fingerprint } from '../../../transforms/engine/compile/compile.ts';
import type { Transforms } from '../../../transforms/engine/transforms.ts';
import type { Warehouse } from '../../../warehouse/warehouse.ts';
import { clockOfReading, openStar } from '../../support/four-source-star.ts';
import type { Star } from '../../support/four-source-star.ts';
import { rowsOf, shopifyOnly, stories } from '../../support/four-source-world.ts';
import { areApart, mixed } from '../../support/mixed.ts';
import type { OrderStory, SourceRow } from '../../support/order-story.ts';
import { engineOn, martContents, projectFolder } from '../../support/platform-parts.ts';
import { appendRows } from '../../support/source-log.ts';
import { shopCustomer, ticketRows } from '../../support/story-people.ts';
import { dependents, faultyModels, overSeveral } from './faulty-models.ts';
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
/** Of the project's folder. */
let copy: string;
beforeAll(async () => {
  star = await openStar();
  before = await martContents(star.warehouse);
  // No mistake is in staging: the batch is staged once for all.
  await appendRows(star.warehouse, batch);
  await star.transforms.stage();
  copy = await mkdtemp(path.join(tmpdir(), 'shopwave-faulty-'));
  await cp(projectFolder, copy, { recursive: true, filter: (each) => !each.endsWith('engine') });
  sound = await outcomeOfCopy();
}, 600_000);
afterAll(async () => {
  await rm(copy, { recursive: true });
  await star[Symbol.asyncDispose]();
});

/** What a build of the batch came to. */
interface Outcome {
  /** Checks that hold a mart back, by mart; not what is held back only with something that it is made of. */
  readonly held: Readonly<Record<string, readonly string[]>>;
  readonly told: readonly string[];
  readonly marts: Readonly<Record<string, readonly string[]>>;
}

async function outcomeOfCopy(): Promise<Outcome> {
  return await star.within(async (inside) => {
    const engine = await engineOn(inside, { projectFolder: copy, clock: clockOfReading });
    await standUnedited(inside, engine);
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
  const { dialect } = inside.capabilities;
  const now = [...engine.project().models.keys()].map((model) => [
    model,
    fingerprint(engine.project(), model, dialect),
  ]);
  await inside.execute(
    `update _meta.model_state as s set fingerprint = n.fingerprint
     from (values ${now.map(() => '(?, ?)').join(', ')}) as n(model, fingerprint)
     where s.model = n.model and s.fingerprint <> n.fingerprint`,
    now.flat(),
  );
}

/** The copy of the project with these mistakes in it, for as long as `work` lasts: what did not change is read once for all. */
async function withMistakes<T>(mistakes: readonly FaultyModel[], work: () => Promise<T>): Promise<T> {
  const sound = new Map<string, string>();
  for (const { file, from, to } of mistakes) {
    const place = path.join(copy, file);
    const text = await readFile(place, 'utf8');
    sound.set(place, sound.get(place) ?? text);
    expect(text.split(from)).toHaveLength(2);
    await writeFile(place, text.replace(from, to));
  }
  try {
    return await work();
  } finally {
    for (const [place, text] of sound) await writeFile(place, text);
  }
}

/** What became of the mart that a mistake is in, as {@link FaultyModel.seenBy} says it. */
function seenIn(
  { seenBy }: FaultyModel,
  { held, told, marts }: Outcome,
  all: readonly FaultyModel[],
): unknown {
  const isLike = (mart: string, other: Outcome['marts']): boolean =>
    JSON.stringify(marts[mart]) === JSON.stringify(other[mart]);
  // Neither as it was nor as it should be.
  const wrong = Object.keys(marts).filter((mart) => !isLike(mart, before) && !isLike(mart, sound.marts));
  if ('told' in seenBy) return { held, told, wrong };
  // What refers to rows that are held back is held back, too: only the mart that the mistake is in is looked at. All of
  // its checks, if they are exactly those of all mistakes in it.
  const sum = all.flatMap((each) =>
    'by' in each.seenBy && each.seenBy.mart === seenBy.mart ? each.seenBy.by : [],
  );
  const found = held[seenBy.mart];
  const by = isDeepStrictEqual(found, sum.toSorted()) ? seenBy.by : found;
  return { by, isAsBefore: isLike(seenBy.mart, before), wrong };
}

const expectedOf = ({ seenBy }: FaultyModel): unknown =>
  'told' in seenBy ? { held: {}, ...seenBy } : { by: seenBy.by, isAsBefore: true, wrong: [] };

/** Whether each of two mistakes is seen as if the other were not there. */
function mix({ seenBy: one }: FaultyModel, { seenBy: other }: FaultyModel): boolean {
  if ('told' in one || 'told' in other || !areApart(one.by, other.by)) return false;
  const isLater = ({ by }: typeof one): boolean => by.some((check) => overSeveral.has(check));
  if (one.mart === other.mart) return isLater(one) === isLater(other);
  const touches = (mart: string, of: string): boolean => dependents[mart]?.includes(of) ?? false;
  return !touches(one.mart, other.mart) && !touches(other.mart, one.mart);
}

// `npm run test:slow` builds with each by itself.
const isSlow = process.env['SHOPWAVE_SLOW'] === '1';
const groups = mixed(faultyModels, (one, other) => !isSlow && mix(one, other));
const built = new Map<readonly FaultyModel[], Promise<ReadonlyMap<FaultyModel, unknown>>>();
const takenApart: string[] = [];

async function seenOf(mistakes: readonly FaultyModel[]): Promise<ReadonlyMap<FaultyModel, unknown>> {
  const outcome = await withMistakes(mistakes, outcomeOfCopy);
  return new Map(mistakes.map((each) => [each, seenIn(each, outcome, mistakes)]));
}

/** One build with all mistakes of a group; where one of them is not seen as it should be, one with each. */
async function seenTogether(group: readonly FaultyModel[]): Promise<ReadonlyMap<FaultyModel, unknown>> {
  const seen = await seenOf(group);
  const areRight = (found: ReadonlyMap<FaultyModel, unknown>): boolean =>
    group.every((each) => isDeepStrictEqual(found.get(each), expectedOf(each)));
  if (areRight(seen) || group.length === 1) return seen;
  const alone = new Map<FaultyModel, unknown>();
  for (const each of group) alone.set(each, (await seenOf([each])).get(each));
  if (areRight(alone))
    takenApart.push(`${group.map(({ name }) => name).join('; ')}: ${JSON.stringify([...seen.values()])}`);
  return alone;
}

test('without a mistake the batch is published, and nothing is red', () => {
  expect(sound).toMatchObject({ held: {}, told: [] });
  for (const mart of ['fct_orders', 'fct_order_events', 'fct_payments', 'agg_finance_daily', 'dim_customer'])
    expect(sound.marts[mart]).not.toEqual(before[mart]);
});

test.each(faultyModels.map((each) => [each.name, each] as const))('%s', async (_, faulty) => {
  const group = groups.find((each) => each.includes(faulty)) ?? [faulty];
  const seen = built.get(group) ?? seenTogether(group);
  built.set(group, seen);
  expect((await seen).get(faulty)).toEqual(expectedOf(faulty));
});

test('mistakes that mix are seen together', () => {
  expect(takenApart).toEqual([]);
});
