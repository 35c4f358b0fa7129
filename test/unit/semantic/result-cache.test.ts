import { describe, expect, it } from 'vitest';
import { createResultCache } from '../../../semantic/server/result-cache.ts';

describe('result cache', () => {
  it('forgets the least recently used when it is full', async () => {
    const cache = createResultCache(250);
    const value = 'x'.repeat(100);
    await cache.set('a', value, 1);
    await cache.set('b', value, 1);
    await cache.get('a');
    await cache.set('c', value, 1);
    expect(await cache.keysStartingWith('')).toEqual(['a', 'c']);
  });

  it('does not keep what is larger than itself, and counts replaced values once', async () => {
    const cache = createResultCache(250);
    await cache.set('big', 'x'.repeat(300), 1);
    expect(await cache.get('big')).toBeUndefined();
    for (let round = 0; round < 5; round += 1) await cache.set('same', 'x'.repeat(100), 1);
    await cache.set('other', 'x'.repeat(100), 1);
    expect(await cache.keysStartingWith('')).toEqual(['same', 'other']);
  });

  it('is empty after a new publication, and has its whole room again', async () => {
    const cache = createResultCache(250);
    await cache.set('a', 'x'.repeat(200), 1);
    cache.clear();
    expect(await cache.get('a')).toBeUndefined();
    await cache.set('b', 'x'.repeat(200), 1);
    expect(await cache.get('b')).toBe('x'.repeat(200));
  });

  it('gives a lock to one at a time', async () => {
    const cache = createResultCache(250);
    let release = (): void => {};
    const held = cache.withLock('k', () => new Promise<void>((resolve) => (release = resolve)));
    expect(await cache.withLock('k', async () => {})).toBe(false);
    release();
    expect(await held).toBe(true);
    expect(await cache.withLock('k', async () => {})).toBe(true);
  });
});
