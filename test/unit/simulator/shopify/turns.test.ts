import { expect, test } from 'vitest';
import { createTurns } from '../../../../simulator/shopify/turns.ts';

test('who changes a thing does so alone, and those who look do not wait for one another', async () => {
  const turns = createTurns();
  const seen: string[] = [];
  const step = (name: string) => async (): Promise<void> => {
    seen.push(`${name} begins`);
    await Promise.resolve();
    await new Promise((resolve) => setImmediate(resolve));
    seen.push(`${name} ends`);
  };
  await Promise.all([
    turns.look(step('a')),
    turns.look(step('b')),
    turns.change(step('change')),
    turns.look(step('c')),
  ]);
  expect(seen).toEqual([
    'a begins',
    'b begins',
    'a ends',
    'b ends',
    'change begins',
    'change ends',
    'c begins',
    'c ends',
  ]);
});

test('a turn that fails is its own and nobody else waits for it', async () => {
  const turns = createTurns();
  const fail = (): Promise<never> => Promise.reject(new Error('no'));
  await expect(turns.look(fail)).rejects.toThrow('no');
  await expect(turns.change(fail)).rejects.toThrow('no');
  await expect(turns.look(async () => await Promise.resolve(1))).resolves.toBe(1);
  await expect(turns.change(async () => await Promise.resolve(2))).resolves.toBe(2);
});
