import { expect, it } from 'vitest';
import { systemClock } from '../../../lib/clock.ts';
import { silentLogger } from '../../../lib/logger.ts';
import type { LogFields } from '../../../lib/logger.ts';
import { everything } from '../../../semantic/server/access/caller.ts';
import { createQueryWatch } from '../../../semantic/server/query-watch.ts';
import type { Answered, Served } from '../../../semantic/server/query-watch.ts';

function rig() {
  const lines: LogFields[] = [];
  const logger = { ...silentLogger, info: (_: string, fields: LogFields = {}) => void lines.push(fields) };
  const watch = createQueryWatch(logger, systemClock);
  const caller = {
    name: 'ana',
    grants: [everything],
    limits: { concurrentQueries: 2, rows: 3 },
    policyVersion: 'v',
  };
  return { lines, watch, caller };
}

const answered = (answer: object): Answered => ({ answer, publication: 7, marts: ['fct_orders'], stamp: 3 });

it('writes down who asked, what for, and where the answer came from', async () => {
  const { lines, watch, caller } = rig();
  const told: Served[] = [];
  const visit = { caller, tag: 'board', onServed: (served: Served) => void told.push(served) };
  const ask = (found: boolean | undefined, used = {}): Promise<unknown> =>
    watch.run(visit, async () => {
      if (found !== undefined) watch.lookedUp(found);
      // Only the first look tells: afterwards the answer is there, whoever made it.
      watch.lookedUp(true);
      return answered({ data: [{}, {}], usedPreAggregations: used });
    });
  await ask(false);
  await ask(true);
  await ask(false, { rollup: {} });
  expect(told.map(({ origin }) => origin)).toEqual(['warehouse', 'cache', 'rollup']);
  expect(lines).toMatchObject(
    told.map(({ origin }) => ({ user: 'ana', tag: 'board', publication: 7, rows: 2, origin })),
  );
});

it('refuses more queries at once than a caller may have, and takes them again afterwards', async () => {
  const { watch, caller } = rig();
  let release = (): void => {};
  const gate = new Promise<void>((resolve) => (release = resolve));
  const slow = [1, 2].map(() => watch.run({ caller }, () => gate.then(() => answered({ data: [] }))));
  const query = async (): Promise<Answered> => answered({ data: [] });
  await expect(watch.run({ caller }, query)).rejects.toMatchObject({ code: 'SEMANTIC_QUERIES_TOO_MANY' });
  await expect(watch.run({ caller: { ...caller, name: 'bo' } }, query)).resolves.toBeDefined();
  release();
  await Promise.all(slow);
  await expect(watch.run({ caller }, query)).resolves.toBeDefined();
});

it('refuses an answer with more rows than a caller may get, and writes down the code of what failed', async () => {
  const { lines, watch, caller } = rig();
  const rows = (count: number) => async () => answered({ data: Array.from({ length: count }, () => ({})) });
  await expect(watch.run({ caller }, rows(3))).resolves.toBeDefined();
  await expect(watch.run({ caller }, rows(4))).rejects.toMatchObject({
    code: 'SEMANTIC_RESULT_TOO_LARGE',
  });
  const failing = async (): Promise<never> => Promise.reject(new Error("no such value 'x@y.z'"));
  await expect(watch.run({ caller }, failing)).rejects.toThrow('no such value');
  expect(lines.map(({ failed }) => failed)).toEqual([undefined, 'SEMANTIC_RESULT_TOO_LARGE', 'unknown']);
});
