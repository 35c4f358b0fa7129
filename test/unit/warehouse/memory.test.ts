import { expect, test } from 'vitest';
import { forgetWarehouse, memoryOf } from '../../../lib/memory.ts';

test('an answer counts until something is heard of its warehouse', () => {
  const [here, there] = [{}, {}];
  const memory = memoryOf<string>(here);
  expect(memory.recall()).toBeUndefined();
  memory.remember('a', memory.now());
  expect(memory.recall()).toBe('a');
  forgetWarehouse(there);
  expect(memory.recall()).toBe('a');
  forgetWarehouse(here);
  expect(memory.recall()).toBeUndefined();
});

test('an answer that was asked for before something was heard does not count', () => {
  const warehouse = {};
  const memory = memoryOf<string>(warehouse);
  const asked = memory.now();
  forgetWarehouse(warehouse);
  memory.remember('old', asked);
  expect(memory.recall()).toBeUndefined();
  const again = memory.now();
  memory.forget();
  memory.remember('older', again);
  expect(memory.recall()).toBeUndefined();
});

test('forgetting one answer leaves the others', () => {
  const warehouse = {};
  const [one, other] = [memoryOf<number>(warehouse), memoryOf<number>(warehouse)];
  one.remember(1, one.now());
  other.remember(2, other.now());
  one.forget();
  expect([one.recall(), other.recall()]).toEqual([undefined, 2]);
});

test('an answer that others can make wrong unheard counts for a time, from when it was given', () => {
  let nowMs = 5_000;
  const memory = memoryOf<string>({}, { clock: { monotonicMs: () => nowMs }, ms: 1_000 });
  memory.remember('a', memory.now());
  nowMs += 999;
  expect(memory.recall()).toBe('a');
  nowMs += 1;
  expect(memory.recall()).toBeUndefined();
  memory.remember('b', memory.now());
  nowMs += 999;
  expect(memory.recall()).toBe('b');
});
