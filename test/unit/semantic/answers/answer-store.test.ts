import { expect, it } from 'vitest';
import { platformCaller } from '../../../../semantic/server/access/caller.ts';
import { createAnswerStore } from '../../../../semantic/server/answers/answer-store.ts';
import type { AnswerEntry } from '../../../../semantic/server/answers/answer-store.ts';
import { toServedModel } from '../../../../semantic/server/model-files.ts';
import { unpublished } from '../../../../semantic/server/publications.ts';

const model = toServedModel('', [], false);
const entry = (text: string): AnswerEntry => ({
  answer: { status: 200, body: Buffer.alloc(1_000), served: [], publication: unpublished },
  asked: { text },
  caller: platformCaller,
  model,
  day: undefined,
});

it('holds no more bytes than it may, whatever is asked, and lets go of what was used least lately', () => {
  const store = createAnswerStore(100_000);
  for (let n = 0; n < 10_000; n += 1) {
    store.set(`key ${n}`, entry(String(n)));
    store.get('key 0');
    expect(store.bytes()).toBeLessThanOrEqual(100_000);
  }
  expect(store.get('key 0')).toBeDefined();
  expect(store.get('key 1')).toBeUndefined();
  expect(store.get('key 9999')).toBeDefined();
});

it('knows what is used most, and forgets slowly', () => {
  const store = createAnswerStore(100_000);
  for (const name of ['a', 'b', 'c']) store.set(name, entry(name));
  for (const [name, times] of [
    ['a', 1],
    ['b', 8],
  ] as const)
    for (let n = 0; n < times; n += 1) store.get(name);
  const names = (count: number): string[] => store.mostUsed(count).map(([key]) => key);
  expect(names(5)).toEqual(['b', 'a']);
  expect(names(1)).toEqual(['b']);
  expect(names(5)).toEqual(['b']);
});

it('an answer that takes the place of another has its uses', () => {
  const store = createAnswerStore(100_000);
  store.set('a', entry('a'));
  store.get('a');
  store.set('a', entry('a'));
  expect(store.mostUsed(1)).toHaveLength(1);
  expect(store.bytes()).toBeLessThan(2_000);
});
