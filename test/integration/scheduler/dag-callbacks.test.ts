import { expect, test } from 'vitest';
import type { Logger } from '../../../lib/logger.ts';
import { silentLogger } from '../../../lib/logger.ts';
import { createHarness } from './harness.ts';
import type { Harness } from './harness.ts';

const tell = `(name) => (run) => void run.services.ran.push([name, run.runId, run.state, run.reason].join(' | '))`;
const dagOf = (dagId: string, more: string): string => `(() => { const tell = ${tell};
  return { dagId: '${dagId}', description: '', schedule: null, owner: 'x', tags: [], ${more} }; })()`;
const oneTask = (task: string): string => `tasks: (t) => { t.task('a', ${task}); }`;

const told = {
  told: dagOf(
    'told',
    `onSuccess: tell('success'), onFailure: [tell('first'), tell('second')], ${oneTask("{ run: (c) => c.services.on['a'](c) }")}`,
  ),
};

test('a DAG is told of each end of a run, by one of two schedulers', async () => {
  await using h = await createHarness(told);
  const one = await h.scheduler();
  const other = await h.scheduler();
  h.services.on['a'] = () => {};
  for (let n = 0; n < 8; n += 1) await one.triggerDag('told', { runId: `r${n}` });
  await Promise.all([one.runUntilIdle(), other.runUntilIdle()]);
  await Promise.all([one.stop(), other.stop()]);
  const success = 'success | r';
  expect(h.services.ran.filter((line) => line.startsWith(success)).toSorted()).toEqual(
    [0, 1, 2, 3, 4, 5, 6, 7].map((n) => `success | r${n} | success | all leaves succeeded or were skipped`),
  );
  expect(h.services.ran).toHaveLength(8);
});

test('of a run that failed every callback is told, and again when it was cleared', async () => {
  await using h = await createHarness(told);
  const scheduler = await h.scheduler();
  h.services.on['a'] = () => {
    throw new Error('no');
  };
  await scheduler.triggerDag('told', { runId: 'r' });
  await scheduler.runUntilIdle();
  const failed = ['first', 'second'].map((name) => `${name} | r | failed | failed: a`);
  expect(h.services.ran).toEqual(failed);
  await scheduler.runUntilIdle();
  expect(h.services.ran).toEqual(failed);
  h.services.on['a'] = () => {};
  await scheduler.clearTasks({ dagId: 'told', runId: 'r' });
  await scheduler.runUntilIdle();
  expect(h.services.ran.slice(2)).toEqual(['success | r | success | all leaves succeeded or were skipped']);
});

test('what a scheduler left due when it died is called by the next; what one has taken is not', async () => {
  await using h = await createHarness(told);
  const scheduler = await h.scheduler();
  h.services.on['a'] = () => {};
  await scheduler.triggerDag('told', { runId: 'r' });
  await scheduler.runUntilIdle();
  h.services.ran.length = 0;
  // As it dies between the end of the run and the claim.
  await h.control.raw(
    `insert into scheduler.dag_callback (dag_id, run_id, kind, state, reason) values ('told', 'r', 'failure', 'failed', 'x')`,
  );
  const next = await h.scheduler();
  await next.runUntilIdle();
  expect(h.services.ran).toEqual(['first | r | failed | x', 'second | r | failed | x']);
  await scheduler.runUntilIdle();
  expect(h.services.ran).toHaveLength(2);
});

test('a callback that throws or never ends is logged, and changes no state', async () => {
  const broken = `() => { throw new Error('broken'); }`;
  const secret = `async (run) => { throw new Error('with ' + await run.getVariable('api_key')); }`;
  await using h = await createHarness({
    bad: dagOf(
      'bad',
      `onSuccess: [${broken}, () => new Promise(() => {}), ${secret}, tell('last')], ${oneTask('{ run: () => 1 }')}`,
    ),
  });
  const lines: string[] = [];
  const keep = (message: string): void => void lines.push(message);
  const logger: Logger = { ...silentLogger, warn: keep, error: keep, child: () => logger };
  const scheduler = await h.scheduler({ logger, env: { AIRFLOW_VAR_API_KEY: 'hush-hush' } });
  const key = { dagId: 'bad', runId: 'r' };
  await scheduler.triggerDag('bad', { runId: 'r' });
  const done = scheduler.runUntilIdle();
  // The run is over while the callback hangs.
  await h.events.until((e) => e.type === 'dag_run' && e.state === 'success');
  const over = new AbortController();
  const until = done.finally(() => over.abort());
  while (!over.signal.aborted) {
    await h.clock.advanceAsleep(1000);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  await until;
  expect(lines).toEqual([
    'onSuccess failed: broken',
    'onSuccess took longer than 10s; it is left to itself',
    'onSuccess failed: with ***',
  ]);
  expect(h.services.ran).toEqual(['last | r | success | all leaves succeeded or were skipped']);
  expect((await scheduler.listRuns(key))[0]).toMatchObject({ state: 'success' });
});

const deadline = (reference: string, callback = `tell('late')`): string =>
  `deadline: { reference: ${reference}, interval: '10m', callback: ${callback} }`;
const waits = `tasks: (t) => { t.sensor('a', { pokeInterval: '1h', poke: (c) => c.services.on['poke']?.(c) ?? false }); }`;

const quick = { dagId: 'good', runId: 'r' };
const good = dagOf('good', `${deadline(`'queued_at'`)}, ${oneTask('{ run: () => 1 }')}`);

async function missed(h: Harness): Promise<readonly string[]> {
  const scheduler = await h.scheduler();
  // At least one pass over everything.
  await scheduler.waitForRun(quick);
  await scheduler.stop();
  return h.events.all.flatMap((e) =>
    e.type === 'deadline_missed' ? [`${e.dagId} ${e.runId} ${e.deadline.toISOString()}`] : [],
  );
}

test('a run that has not succeeded by its deadline missed it, once, whatever its state; the others did not', async () => {
  await using h = await createHarness({
    waits: dagOf('waits', `${deadline(`'queued_at'`)}, ${waits}`),
    fails: dagOf(
      'fails',
      `${deadline(`'queued_at'`)}, ${oneTask(`{ run: () => { throw new Error('no'); } }`)}`,
    ),
    good,
    undated: dagOf('undated', `${deadline(`'logical_date'`)}, ${waits}`),
    fixed: dagOf('fixed', `${deadline(`new Date('2026-03-02T09:00:00Z')`)}, ${waits}`),
  });
  const scheduler = await h.scheduler();
  for (const dagId of ['waits', 'fails', 'good', 'undated', 'fixed'])
    await scheduler.triggerDag(dagId, { runId: 'r' });
  await scheduler.pauseDag('undated');
  // It was late when it began.
  const fixed = 'fixed r 2026-03-02T09:10:00.000Z';
  expect(await missed(h)).toEqual([fixed]);
  expect(await scheduler.waitForRun(quick)).toMatchObject({ deadlineOutcome: 'met' });

  h.clock.set('2026-03-02T10:12:00Z');
  expect(await missed(h)).toEqual([fixed]);
  h.clock.set('2026-03-02T10:12:01Z');
  const both = [fixed, 'fails r 2026-03-02T10:12:00.000Z', 'waits r 2026-03-02T10:12:00.000Z'];
  expect((await missed(h)).toSorted()).toEqual(both.toSorted());
  expect((await missed(h)).length).toBe(3);
  const by = 'it had not succeeded by 2026-03-02T10:12:00.000Z';
  expect(h.services.ran.slice(1).toSorted()).toEqual([
    `late | r | failed | ${by}`,
    `late | r | running | ${by}`,
  ]);

  // What succeeds late, or is cleared after it was in time, changes nothing of it.
  await scheduler.clearTasks({ dagId: 'good', runId: 'r' });
  await missed(h);
  const runs = await scheduler.listRuns();
  expect(Object.fromEntries(runs.map((run) => [run.dagId, run.deadlineOutcome]))).toEqual({
    waits: 'missed',
    fails: 'missed',
    good: 'met',
    undated: null,
    fixed: 'missed',
  });
  expect(runs.find((run) => run.dagId === 'waits')).toMatchObject({ state: 'running' });
});

test('of two schedulers one records a missed deadline, and one calls', async () => {
  await using h = await createHarness({
    good,
    waits: dagOf('waits', `${deadline(`'queued_at'`)}, ${waits}`),
  });
  const [one, other] = [await h.scheduler(), await h.scheduler()];
  for (let n = 0; n < 30; n += 1) await one.triggerDag('waits', { runId: `r${n}` });
  h.clock.set('2026-03-02T11:00:00Z');
  await one.triggerDag('good', { runId: 'r' });
  await Promise.all([one, other].map((each) => each.waitForRun(quick)));
  await Promise.all([one.stop(), other.stop()]);
  const named = h.events.all.flatMap((e) => (e.type === 'deadline_missed' ? [e.runId] : []));
  const all = Array.from({ length: 30 }, (_, n) => `r${n}`).toSorted();
  expect(named.toSorted()).toEqual(all);
  expect(h.services.ran.map((line) => line.split(' | ')[1] ?? '').toSorted()).toEqual(all);
});

test('a backfill has no deadlines, the run of a tick has one from its logical date', async () => {
  await using h = await createHarness({
    daily: `{ dagId: 'daily', description: '', schedule: cron('0 10 * * *'), startDate: new Date('2026-03-01T00:00:00Z'),
      catchup: false, owner: 'x', tags: [], deadline: { reference: 'logical_date', interval: '1h', callback: () => {} },
      ${oneTask('{ run: () => 1 }')} }`,
  });
  const scheduler = await h.scheduler();
  await scheduler.runUntilIdle();
  await scheduler.createBackfill('daily', {
    from: new Date('2026-02-01T00:00:00Z'),
    to: new Date('2026-02-02T23:00:00Z'),
    maxActiveRuns: 1,
    conf: {},
    runBackwards: false,
    reprocess: 'none',
  });
  await scheduler.runUntilIdle();
  const runs = await scheduler.listRuns({ dagId: 'daily' });
  expect(runs.map((run) => [run.runType, run.deadlineAt?.toISOString(), run.deadlineOutcome])).toEqual([
    ['scheduled', '2026-03-02T11:00:00.000Z', 'met'],
    ['backfill', undefined, null],
    ['backfill', undefined, null],
  ]);
});
