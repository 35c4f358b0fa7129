import { setTimeout as sleep } from 'node:timers/promises';
import process from 'node:process';
import { expect, test, vi } from 'vitest';
import { systemClock } from '../../../lib/clock.ts';
import { openControlStore } from '../../../lib/control-store.ts';
import { createLogSpy } from '../../support/task-context.ts';
import { startTcpProxy } from '../../support/tcp-proxy.ts';
import { createHarness } from './harness.ts';

/** `SHOPWAVE_STORE_AWAY_S=60` for the long run. */
const awaySeconds = Number(process.env['SHOPWAVE_STORE_AWAY_S'] ?? '4');

const work = `{ dagId: 'work', description: '', schedule: null, owner: 'x', tags: [], maxActiveRuns: 20,
  defaultArgs: { retries: 20, retryDelay: '100ms' }, tasks: (t) => {
    const a = t.task('a', note('slow', { outlets: [asset('made')] }));
    t.task('b', note('slow')).after(a);
  } }`;

test('a control store that is gone for a while costs no run and no asset event, and doubles none', async () => {
  await using h = await createHarness({ work });
  const url = new URL(h.url);
  const proxy = await startTcpProxy(Number(url.port));
  h.defer(proxy.close);
  url.port = String(proxy.port);
  const printed = vi.spyOn(console, 'log');
  const spy = createLogSpy();
  const control = openControlStore(url.href, spy.logger);
  h.defer(async () => await control.destroy());
  const scheduler = await h.scheduler({ control, clock: systemClock, leaseMs: 1500 });
  const ended: string[] = [];
  h.services.on['slow'] = async ({ tryNumber }) => {
    await sleep(300);
    return tryNumber;
  };
  await scheduler.start();
  const runIds = Array.from({ length: 8 }, (_, index) => `r${index}`);
  for (const runId of runIds) await scheduler.triggerDag('work', { runId });
  await expect.poll(() => h.services.ran.length).toBeGreaterThan(3);

  // In the middle of everything: connections end, and new ones are refused.
  proxy.set({ kind: 'refuse' });
  expect(proxy.cut('reset')).toBeGreaterThan(0);
  await expect
    .poll(() => h.events.all.some((event) => event.type === 'tick_failed'), { timeout: 15_000 })
    .toBe(true);
  await sleep(awaySeconds * 1000);
  proxy.set({ kind: 'open' });

  for (const runId of runIds) {
    const run = await scheduler.waitForRun({ dagId: 'work', runId }, AbortSignal.timeout(60_000));
    ended.push(run.state);
  }
  expect(ended).toEqual(runIds.map(() => 'success'));
  const events = await h.control.raw(
    'select source_run_id, count(*)::int as n from scheduler.asset_event group by 1 order by 1',
  );
  expect(events.rows).toEqual(runIds.map((id) => ({ source_run_id: id, n: 1 })));
  // What the driver says of lost connections is in the platform's log, and nowhere else.
  expect(spy.lines.filter((line) => line.startsWith('control store: ')).length).toBeGreaterThan(0);
  expect(printed.mock.calls).toEqual([]);
  printed.mockRestore();
});

test('a clock that goes back an hour starts nothing twice and keeps nothing from going on', async () => {
  await using h = await createHarness({
    ticks: `{ dagId: 'ticks', description: '', schedule: every('5m'), owner: 'x', tags: [], tasks: (t) => {
      t.task('a', note('a', { retries: 3, retryDelay: '10s' })); } }`,
  });
  const scheduler = await h.scheduler();
  h.clock.set('2026-03-02T10:05:01Z');
  await scheduler.runUntilIdle();
  const before = (await scheduler.listRuns({ dagId: 'ticks' })).map((run) => run.runId);
  expect(before.length).toBeGreaterThan(0);

  h.clock.set('2026-03-02T09:05:01Z');
  await scheduler.runUntilIdle();
  expect((await scheduler.listRuns({ dagId: 'ticks' })).map((run) => run.runId)).toEqual(before);
  // What is asked for by hand runs, whatever the clock says.
  await scheduler.triggerDag('ticks', { runId: 'by_hand' });
  expect(await scheduler.waitForRun({ dagId: 'ticks', runId: 'by_hand' })).toMatchObject({
    state: 'success',
  });

  // Time goes on where it was: the next tick runs, once.
  h.clock.set('2026-03-02T10:10:01Z');
  await scheduler.runUntilIdle();
  const after = (await scheduler.listRuns({ dagId: 'ticks' })).map((run) => run.runId);
  expect(after.filter((runId) => !before.includes(runId) && runId !== 'by_hand')).toHaveLength(1);
  expect(new Set(after).size).toBe(after.length);
});
