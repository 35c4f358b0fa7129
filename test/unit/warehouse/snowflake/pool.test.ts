import type { Connection } from 'snowflake-sdk';
import { expect, test } from 'vitest';
import type { Link } from '../../../../warehouse/snowflake/link.ts';
import { Pool } from '../../../../warehouse/snowflake/pool.ts';
import { manualClock } from './manual-clock.ts';

interface FakeLink extends Link {
  readonly id: number;
}

function pool(max: number, connects: () => Promise<void> = () => Promise.resolve()) {
  const clock = manualClock();
  const ended: number[] = [];
  const farewells: Array<unknown> = [];
  let opened = 0;
  const connect = async (): Promise<Link> => {
    opened += 1;
    const id = opened;
    await connects();
    const destroy = (done: (error: unknown) => void): void => {
      ended.push(id);
      done(farewells.shift());
    };
    const connection = { isUp: () => true, destroy } as unknown as Connection;
    const link: FakeLink = {
      id,
      connection,
      isBroken: false,
      autocommits: true,
      usedAtMs: clock.monotonicMs(),
    };
    return link;
  };
  const made = new Pool({ connect, max, clock, waitMs: 60_000 });
  return { pool: made, clock, ended, farewells, opened: () => opened };
}

const idOf = (link: Link): number => (link as FakeLink).id;

test('a session is used again, and never by two', async () => {
  const { pool: sessions, opened } = pool(3);
  for (let turn = 0; turn < 3; turn += 1)
    expect(await sessions.use((link) => Promise.resolve(idOf(link)))).toBe(1);
  const held = await Promise.all([sessions.hold(), sessions.hold(), sessions.hold()]);
  expect(new Set(held.map(({ link }) => idOf(link)))).toEqual(new Set([1, 2, 3]));
  expect(opened()).toBe(3);
});

test('at most so many are open; the next waits, in the order of asking', async () => {
  const { pool: sessions, opened, clock } = pool(1);
  const first = await sessions.hold();
  const order: number[] = [];
  const later = [1, 2, 3].map((place) =>
    sessions.use(async () => void order.push(await Promise.resolve(place))),
  );
  await clock.advance(0);
  expect(order).toEqual([]);
  first.release();
  first.release();
  await Promise.all(later);
  expect(order).toEqual([1, 2, 3]);
  expect(opened()).toBe(1);
});

test('who waits for too long is told that all are taken', async () => {
  const { pool: sessions, clock } = pool(1);
  const first = await sessions.hold();
  const waiting = expect(sessions.hold()).rejects.toMatchObject({
    code: 'WAREHOUSE_UNAVAILABLE',
    retryable: true,
  });
  await clock.advance(60_000);
  await waiting;
  first.release();
  await sessions.use(() => Promise.resolve());
});

test('who waits can be called off, and takes nobody’s place', async () => {
  const { pool: sessions } = pool(1);
  const first = await sessions.hold();
  const off = new AbortController();
  const waiting = sessions.hold(off.signal);
  const next = sessions.use((link) => Promise.resolve(idOf(link)));
  off.abort(new Error('enough'));
  await expect(waiting).rejects.toThrow('enough');
  first.release();
  expect(await next).toBe(1);
});

test('a broken session is ended, and its place goes to who waits', async () => {
  const { pool: sessions, ended, opened } = pool(1);
  const first = await sessions.hold();
  const waiting = sessions.hold();
  first.link.isBroken = true;
  first.release();
  expect(idOf((await waiting).link)).toBe(2);
  expect(ended).toEqual([1]);
  expect(opened()).toBe(2);
});

test('a broken session that cannot be reached is ended later: it may hold locks', async () => {
  const { pool: sessions, ended, farewells, clock } = pool(2);
  farewells.push({ code: 401001 }, { code: 401001 }, undefined);
  const { link, release } = await sessions.hold();
  link.isBroken = true;
  release();
  await clock.advance(999);
  expect(ended).toEqual([1]);
  await clock.advance(30_000);
  expect(ended).toEqual([1, 1, 1]);
});

test('a connect that fails leaves its place to others', async () => {
  let fails = true;
  const { pool: sessions } = pool(1, () =>
    fails ? Promise.reject(new Error('refused')) : Promise.resolve(),
  );
  await expect(sessions.hold()).rejects.toThrow('refused');
  await expect(sessions.hold()).rejects.toThrow('refused');
  fails = false;
  (await sessions.hold()).release();
});

test('what was idle for long is replaced before anybody finds it gone', async () => {
  const { pool: sessions, clock, ended } = pool(2);
  await sessions.use(() => Promise.resolve());
  await clock.advance(29 * 60_000);
  expect(await sessions.use((link) => Promise.resolve(idOf(link)))).toBe(1);
  await clock.advance(31 * 60_000);
  expect(await sessions.use((link) => Promise.resolve(idOf(link)))).toBe(2);
  expect(ended).toEqual([1]);
});

test('closing does not wait for ever for what is to be done last', async () => {
  const { pool: sessions, ended, clock } = pool(1);
  await sessions.use(() => Promise.resolve());
  let finish = (): void => {};
  const closing = sessions.close((use) => use(() => new Promise<void>((resolve) => (finish = resolve))));
  await clock.advance(20_000);
  await closing;
  expect(ended).toEqual([]);
  finish();
  await clock.advance(0);
  expect(ended).toEqual([1]);
});

test('closing waits for work under way, does the last thing, and ends everything', async () => {
  const { pool: sessions, ended, clock } = pool(2);
  const one = await sessions.hold();
  const other = await sessions.hold();
  other.release();
  const events: string[] = [];
  const closing = sessions
    .close(async (use) => void events.push(`last on ${await use((link) => Promise.resolve(idOf(link)))}`))
    .then(() => events.push('closed'));
  await clock.advance(1_000);
  expect(events).toEqual([]);
  await expect(sessions.hold()).rejects.toThrow('the warehouse is closed');
  one.release();
  await closing;
  expect(events).toEqual(['last on 1', 'closed']);
  expect(new Set(ended)).toEqual(new Set([1, 2]));
});

test('a session of the kind that is asked for comes first; the only one is kept as it is', async () => {
  const { pool: sessions, opened } = pool(3);
  const [first, second] = [await sessions.hold(), await sessions.hold()];
  second.link.autocommits = false;
  second.release();
  first.release();
  const use = async (autocommits: boolean): Promise<number> => {
    const held = await sessions.hold(undefined, autocommits);
    held.release();
    return idOf(held.link);
  };
  expect([await use(false), await use(true), await use(false), await use(true)]).toEqual([2, 1, 2, 1]);
  expect(opened()).toBe(2);
  // With both kinds there, one that is free does for either.
  const held = await sessions.hold(undefined, true);
  expect(await use(true)).toBe(2);
  held.release();
  expect(opened()).toBe(2);
  const { pool: alone, opened: openedAlone } = pool(3);
  await alone.use(() => Promise.resolve());
  (await alone.hold(undefined, false)).release();
  expect(openedAlone()).toBe(2);
  const { pool: narrow, opened: openedNarrow } = pool(1);
  await narrow.use(() => Promise.resolve());
  (await narrow.hold(undefined, false)).release();
  expect(openedNarrow()).toBe(1);
});
