import fc from 'fast-check';
import { expect, test } from 'vitest';
import { batchCalls } from '../../../lib/batch-calls.ts';

test('what is asked for while a call is under way goes together in the next', async () => {
  const batches: (readonly number[])[] = [];
  const double = batchCalls(async (items: readonly number[]) => {
    batches.push(items);
    await Promise.resolve();
    return items.map((item) => item * 2);
  }, 3);
  const first = [double(1), double(2)];
  await Promise.resolve();
  const later = [3, 4, 5, 6, 7].map(double);
  expect(await Promise.all([...first, ...later])).toEqual([2, 4, 6, 8, 10, 12, 14]);
  expect(batches).toEqual([
    [1, 2],
    [3, 4, 5],
    [6, 7],
  ]);
});

test('an item that fails its batch fails alone, whatever is beside it', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.boolean(), { maxLength: 20 }),
      fc.integer({ min: 1, max: 7 }),
      async (bad, most) => {
        const call = batchCalls(async (items: readonly number[]) => {
          await Promise.resolve();
          const broken = items.find((item) => bad[item]);
          if (broken !== undefined) throw new Error(`item ${broken}`);
          return items;
        }, most);
        const answers = await Promise.allSettled(bad.map((_, item) => call(item)));
        expect(
          answers.map((answer) => (answer.status === 'fulfilled' ? answer.value : String(answer.reason))),
        ).toEqual(bad.map((isBad, item) => (isBad ? `Error: item ${item}` : item)));
      },
    ),
  );
});
