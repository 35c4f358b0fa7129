import { expect, test } from 'vitest';
import { coalesce, createBell } from '../../../scheduler/wake.ts';

test('calls during a run lead to exactly one more, which begins after the first has ended', async () => {
  const releases: (() => void)[] = [];
  const { run } = coalesce(() => new Promise((resolve) => releases.push(resolve)));
  const first = run();
  const rest = [run(), run(), run()];
  expect(releases).toHaveLength(1);
  releases[0]?.();
  await first;
  await expect.poll(() => releases.length).toBe(2);
  releases[1]?.();
  await Promise.all(rest);
  expect(releases).toHaveLength(2);
});

test('a run that fails does not stop the next', async () => {
  let runs = 0;
  const { run } = coalesce(() => {
    runs += 1;
    return runs === 1 ? Promise.reject(new Error('first')) : Promise.resolve();
  });
  const [first, second] = await Promise.allSettled([run(), run()]);
  expect([first.status, second.status]).toEqual(['rejected', 'fulfilled']);
});

test('who waits hears the next ring, or its own signal', async () => {
  const bell = createBell();
  const abort = new AbortController();
  let heard = 0;
  const waits = [bell.next(new AbortController().signal), bell.next(abort.signal)].map((wait) =>
    wait.then(() => (heard += 1)),
  );
  abort.abort();
  await waits[1];
  expect(heard).toBe(1);
  bell.ring();
  await waits[0];
  expect(heard).toBe(2);
  await bell.next(abort.signal);
});
