import { createHash, randomBytes } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import type { ArchiveJanitor, ObjectStore } from '../../../ingest/landing/object-store.ts';

/** An empty store of its own. */
export interface StoreUnderTest {
  readonly store: ObjectStore;
  /** A second door to the same objects, as another process has it. */
  readonly rival: () => Promise<ObjectStore>;
  readonly janitor: ArchiveJanitor;
  /** Where staged bytes lie. */
  readonly spool: string;
  /** What `locate` gives for the key `a/b`. */
  readonly located: string;
  /** Objects above this take another way in. */
  readonly largeBytes: number;
  readonly [Symbol.asyncDispose]: () => Promise<void>;
}

/** What every archive promises, whatever it is made of. */
export function describeObjectStore(name: string, open: () => Promise<StoreUnderTest>): void {
  describe(`${name} as an object store`, () => {
    test('puts once: the first body stays, whoever comes later is told', async () => {
      await using under = await open();
      const { store } = under;
      expect(await store.put('a/b', 'first')).toBe('created');
      expect(await store.put('a/b', 'second')).toBe('exists');
      expect(await store.put('a/b', 'first')).toBe('exists');
      expect((await store.get('a/b'))?.toString()).toBe('first');
      expect(store.locate('a/b')).toBe(under.located);
    });

    test('of many who put at once, through two doors, one makes the object', async () => {
      await using under = await open();
      const doors = [under.store, await under.rival()];
      const bodies = Array.from({ length: 12 }, (_, index) => `body ${index % 3}`);
      const outcomes = await Promise.all(
        bodies.map(async (body, index) => await doors[index % 2]?.put('race', body)),
      );
      const winners = bodies.filter((_, index) => outcomes[index] === 'created');
      expect(winners).toHaveLength(1);
      expect((await under.store.get('race'))?.toString()).toBe(winners[0]);
    });

    test.each(['small', 'large'] as const)(
      'a %s staged object is invisible until published',
      async (size) => {
        await using under = await open();
        const { store } = under;
        const body = randomBytes(size === 'small' ? 70_000 : under.largeBytes + 12_345);
        const staged = await store.stage();
        for (let at = 0; at < body.length; at += 1_000_000)
          await staged.write(body.subarray(at, at + 1_000_000));
        expect(await store.list('')).toEqual([]);
        expect(await store.exists('d/x')).toBe(false);
        expect(await staged.publish('d/x')).toBe('created');
        expect(await store.exists('d/x')).toBe(true);
        expect(await hashOf(store, 'd/x')).toBe(createHash('sha256').update(body).digest('hex'));
        expect(await readdir(under.spool)).toEqual([]);
        await staged.discard();
        expect(await store.list('')).toEqual(['d/x']);
      },
    );

    test('of large objects that are published at once under one key, one stays whole', async () => {
      await using under = await open();
      const { store } = under;
      const bodies = [1, 2, 3].map((byte) => Buffer.alloc(under.largeBytes + byte, byte));
      const outcomes = await Promise.all(
        bodies.map(async (body) => {
          const staged = await store.stage();
          await staged.write(body);
          return await staged.publish('big');
        }),
      );
      const winners = bodies.filter((_, index) => outcomes[index] === 'created');
      expect(winners).toHaveLength(1);
      expect(await hashOf(store, 'big')).toBe(
        createHash('sha256')
          .update(winners[0] ?? '')
          .digest('hex'),
      );
    });

    test('what is discarded, or cannot be published, leaves nothing', async () => {
      await using under = await open();
      const { store } = under;
      const staged = await store.stage();
      await staged.write(Buffer.from('half'));
      await staged.discard();
      await staged.discard();
      const refused = await store.stage();
      await refused.write(Buffer.from('x'));
      await expect(refused.publish('not a key')).rejects.toMatchObject({ code: 'LANDING_KEY_INVALID' });
      await refused.discard();
      expect(await store.list('')).toEqual([]);
      expect(await readdir(under.spool)).toEqual([]);
    });

    test('an empty object is an object', async () => {
      await using under = await open();
      expect(await under.store.put('empty', '')).toBe('created');
      expect(await under.store.get('empty')).toEqual(Buffer.alloc(0));
      expect(await under.store.list('')).toEqual(['empty']);
    });

    test('lists a prefix in order, however many there are', async () => {
      await using under = await open();
      const { store } = under;
      const keys = Array.from(
        { length: 1_205 },
        (_, index) => `m/b/${String(index * 7919).padStart(8, '0')}`,
      );
      for (let at = 0; at < keys.length; at += 50)
        await Promise.all(keys.slice(at, at + 50).map((key) => store.put(key, key)));
      for (const key of ['m/a/1', 'm/bb', 'n/1']) await store.put(key, key);
      expect(await store.list('m/b/')).toEqual(keys);
      expect(await store.list('m/b')).toEqual([...keys, 'm/bb']);
      expect(await store.list('m/a')).toEqual(['m/a/1']);
      expect(await store.list('none/')).toEqual([]);
      expect(await store.list('')).toHaveLength(keys.length + 3);
    });

    test('an object that is not there is told apart from everything else', async () => {
      await using under = await open();
      const { store } = under;
      expect(await store.get('gone')).toBeUndefined();
      expect(await store.exists('gone')).toBe(false);
      await expect(store.read('gone')).rejects.toMatchObject({
        code: 'LANDING_OBJECT_MISSING',
        retryable: false,
      });
    });

    test.each(['../up', '/root', 'a//b', 'a/../b', '.staging/x', 'a b', '', 'ü', 'x'.repeat(901)])(
      'refuses the key %j wherever one is named',
      async (key) => {
        await using under = await open();
        const { store } = under;
        const refusal = { code: 'LANDING_KEY_INVALID' };
        await expect(store.put(key, 'x')).rejects.toMatchObject(refusal);
        expect(() => store.locate(key)).toThrow(expect.objectContaining(refusal));
        await expect(async () => await store.get(key)).rejects.toMatchObject(refusal);
        await expect(async () => await store.read(key)).rejects.toMatchObject(refusal);
        await expect(async () => await store.exists(key)).rejects.toMatchObject(refusal);
        expect(await readdir(under.spool)).toEqual([]);
      },
    );

    test('a reader that turns away does not hold the next one up', async () => {
      await using under = await open();
      const { store } = under;
      await store.put('a', randomBytes(3_000_000));
      for (let count = 0; count < 60; count += 1) (await store.read('a')).destroy();
      expect((await store.get('a'))?.length).toBe(3_000_000);
    });

    test('only the janitor removes, and finds nothing to do twice', async () => {
      await using under = await open();
      await under.store.put('old/x', 'x');
      await under.store.put('old/y', 'y');
      await under.janitor.remove('old/x');
      await under.janitor.remove('old/x');
      expect(await under.store.list('')).toEqual(['old/y']);
      expect(await under.store.put('old/x', 'again')).toBe('created');
    });
  });
}

async function hashOf(store: ObjectStore, key: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of (await store.read(key)) as AsyncIterable<Buffer>) hash.update(chunk);
  return hash.digest('hex');
}
