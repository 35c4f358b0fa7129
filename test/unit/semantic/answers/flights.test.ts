import { expect, it } from 'vitest';
import { createFlights } from '../../../../semantic/server/answers/flights.ts';

function rig() {
  const flights = createFlights<number>();
  const begun: { signal: AbortSignal; land: (value: number) => void; fail: (error: Error) => void }[] = [];
  const work = (signal: AbortSignal): Promise<number> =>
    new Promise((land, fail) => {
      begun.push({ signal, land, fail });
    });
  return { begun, join: (signal?: AbortSignal) => flights.join('key', signal, work) };
}

it('what several wait for is done once, and anew for whoever comes later', async () => {
  const { begun, join } = rig();
  const waiting = [join(), join(), join()];
  expect(begun).toHaveLength(1);
  begun[0]?.land(7);
  expect(await Promise.all(waiting)).toEqual([7, 7, 7]);
  void join();
  expect(begun).toHaveLength(2);
});

it('ends when the last of those who wait has gone, and not before', async () => {
  const { begun, join } = rig();
  const [one, two] = [new AbortController(), new AbortController()];
  const waiting = [join(one.signal), join(two.signal)];
  one.abort();
  expect(begun[0]?.signal.aborted).toBe(false);
  two.abort();
  expect(begun[0]?.signal.aborted).toBe(true);
  // Who comes while it is being ended begins anew.
  const late = join();
  expect(begun).toHaveLength(2);
  begun[0]?.fail(new Error('ended'));
  begun[1]?.land(8);
  expect(await late).toBe(8);
  await expect(Promise.all(waiting)).rejects.toThrow('ended');
});

it('a failure is everybody’s, and nobody’s after', async () => {
  const { begun, join } = rig();
  const waiting = [join(), join()];
  begun[0]?.fail(new Error('away'));
  for (const each of waiting) await expect(each).rejects.toThrow('away');
  const again = join();
  begun[1]?.land(9);
  expect(await again).toBe(9);
});
