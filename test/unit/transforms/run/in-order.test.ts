import fc from 'fast-check';
import { expect, test } from 'vitest';
import { inDependencyOrder } from '../../../../transforms/engine/run/in-order.ts';

/** A graph without circles: a name depends on names before it. */
const graph = fc
  .array(fc.array(fc.nat({ max: 20 }), { maxLength: 3 }), { minLength: 1, maxLength: 20 })
  .map(
    (edges) =>
      new Map(
        edges.map((from, index) => [
          `n${index}`,
          from.filter((each) => each < index).map((each) => `n${each}`),
        ]),
      ),
  );

test('everything runs once, after all it depends on, and never more at a time than there are threads', async () => {
  await fc.assert(
    fc.asyncProperty(
      graph,
      fc.integer({ min: 1, max: 4 }),
      fc.infiniteStream(fc.nat({ max: 3 })),
      async (edges, threads, delays) => {
        const done: string[] = [];
        let running = 0;
        await inDependencyOrder(
          [...edges.keys()],
          (name) => edges.get(name) ?? [],
          threads,
          async (name) => {
            running += 1;
            expect(running).toBeLessThanOrEqual(threads);
            expect(edges.get(name)?.every((each) => done.includes(each))).toBe(true);
            for (let turns = delays.next().value ?? 0; turns > 0; turns -= 1) await Promise.resolve();
            running -= 1;
            done.push(name);
          },
        );
        expect(done.toSorted()).toEqual([...edges.keys()].toSorted());
      },
    ),
    { numRuns: 60, endOnFailure: true },
  );
});

test('the first error ends it: what runs is awaited, nothing new begins', async () => {
  const begun: string[] = [];
  const ended: string[] = [];
  const running = inDependencyOrder(
    ['a', 'b', 'c', 'd'],
    (name) => (name === 'd' ? ['b'] : []),
    2,
    async (name) => {
      begun.push(name);
      await Promise.resolve();
      if (name === 'a') throw new Error('a is broken');
      await Promise.resolve();
      ended.push(name);
    },
  );
  await expect(running).rejects.toThrow('a is broken');
  expect(begun).toEqual(['a', 'b']);
  expect(ended).toEqual(['b']);
});

test('two that need nothing run side by side', async () => {
  let bothRun = (): void => {};
  const both = new Promise<void>((resolve) => (bothRun = resolve));
  let running = 0;
  await inDependencyOrder(
    ['a', 'b'],
    () => [],
    2,
    async () => {
      running += 1;
      if (running === 2) bothRun();
      await both;
    },
  );
  expect(running).toBe(2);
});
