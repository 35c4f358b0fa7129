import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import process from 'node:process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { systemClock } from '../../../lib/clock.ts';
import type { LogLine } from '../../../scheduler/executor/log-line.ts';
import type { TaskInstance } from '../../../scheduler/store/rows.ts';
import { createHarness } from './harness.ts';

/** Every way in which a process of a task can go, as tasks of one run that do not wait for each other. */
const apart = `{ dagId: 'apart', description: '', schedule: null, owner: 'x', tags: [], runPolicy: 'any_failed',
  maxActiveTasks: 3, defaultArgs: { executor: 'process' }, tasks: (t) => {
  const hello = t.task('hello', { run: (c) => { c.logger.info('hi', { n: c.conf.n }); console.log('said'); return process.pid; } });
  t.task('reads', { run: async (c) => [await c.xcomPull(hello), (await c.latestSuccess('apart')) ?? null, c.tryNumber,
    c.dataIntervalStart instanceof Date] }).after(hello);
  t.task('skips', { run: () => { throw new TaskSkip('nothing to do'); } });
  t.task('fails', { run: () => { throw new Error('no connection'); } });
  t.task('exits', { run: async () => {
    const { writeSync } = await import('node:fs');
    writeSync(4, '{"at":"half a li');
    process.exit(7);
  } });
  t.task('asks', { run: (c) => c.services.warehouse() });
  t.task('prints', { run: async () => {
    for (let i = 0; i < 64; i++) process.stdout.write('x'.repeat(1024 * 1024) + (i % 8 === 0 ? '\\n' : ''));
  } });
  t.task('logs', { run: (c) => { for (let i = 0; i < 40_000; i++) c.logger.info('y'.repeat(200)); } });
  t.task('grows', { memoryLimitMb: 200, run: async () => {
    const held = [];
    for (;;) { held.push(Buffer.alloc(16 * 1024 * 1024, 1)); await new Promise((done) => setTimeout(done, 10)); }
  } });
  t.task('stubborn', { executionTimeout: '1500ms', run: async (c) => {
    const { spawn } = await import('node:child_process');
    const child = spawn('sleep', ['600']);
    spawn('sleep', ['600'], { detached: true });
    c.logger.info('started', { child: child.pid });
    for (;;) ;
  } });
} }`;

test('a task in a process of its own reports as any other, and takes nobody with it', async () => {
  await using h = await createHarness({ apart });
  const limits = { abortGraceMs: 200, logLimitBytes: 256 * 1024 };
  const scheduler = await h.scheduler({ clock: systemClock, ...limits });
  const before = process.memoryUsage().rss;
  const key = { dagId: 'apart', runId: 'r1' };
  await scheduler.triggerDag('apart', { runId: 'r1', conf: { n: 4 } });
  expect(await scheduler.waitForRun(key)).toMatchObject({ state: 'failed' });
  const found = new Map((await scheduler.listTaskInstances(key)).map((each) => [each.taskId, each]));
  const told = ({ state, error, reason }: TaskInstance): unknown => [
    state,
    error?.code,
    error?.message ?? reason,
  ];
  expect(Object.fromEntries([...found].map(([id, each]) => [id, told(each)]))).toEqual({
    hello: ['success', undefined, null],
    reads: ['success', undefined, null],
    skips: ['skipped', undefined, 'nothing to do'],
    fails: ['failed', 'TASK_FAILED', 'no connection'],
    exits: ['failed', 'TASK_PROCESS_DIED', 'its process ended by exit status 7 before it reported'],
    asks: ['failed', 'TASK_SERVICES_MISSING', expect.stringContaining('the service warehouse')],
    prints: ['success', undefined, null],
    logs: ['success', undefined, null],
    grows: ['failed', 'TASK_MEMORY_EXCEEDED', 'it used more than 200 MB'],
    stubborn: ['failed', 'TASK_TIMEOUT', 'it ran longer than 1.5s'],
  });
  const xcom = async (task: string): Promise<unknown> =>
    (await h.control.withSchema('scheduler').from('xcom').where('task_id', task).first('value'))?.value;
  const pid = await xcom('hello');
  expect(pid).not.toBe(process.pid);
  expect(await xcom('reads')).toEqual([pid, null, 1, true]);

  const logOf = async (taskId: string): Promise<readonly LogLine[]> =>
    await scheduler.taskLog({ ...key, taskId });
  expect((await logOf('hello')).map(({ message, fields }) => [message, fields])).toEqual(
    expect.arrayContaining([
      ['hi', { n: 4 }],
      ['said', undefined],
    ]),
  );
  for (const task of ['prints', 'logs']) {
    const lines = (await logOf(task)).map((line) => line.message);
    expect(lines.slice(-2)).toEqual([
      'this log has reached its limit of 0.3 MB: what the task writes from here on is not kept',
      'success',
    ]);
    expect(lines.join('').length).toBeLessThan(limits.logLimitBytes);
  }
  expect((process.memoryUsage().rss - before) / 1024 / 1024).toBeLessThan(200);
  const started = (await logOf('stubborn')).find((line) => line.message === 'started')?.fields?.['child'];
  expect(started).toEqual(expect.any(Number));
  expect(await isAlive(Number(started))).toBe(false);
  await scheduler.stop();
});

/** Whether a process is there and is more than its own end waiting to be read. */
async function isAlive(pid: number): Promise<boolean> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => ' Z ');
  return !/\) Z |^ Z $/.test(stat);
}

test('the process of a task ends with a scheduler that is killed', async () => {
  await using h = await createHarness({
    loops: `{ dagId: 'loops', description: '', schedule: null, owner: 'x', tags: [], tasks: (t) => {
      t.task('a', { executor: 'process', run: (c) => { c.logger.info('pid', { pid: process.pid }); for (;;) ; } });
    } }`,
  });
  const scheduler = await h.scheduler();
  await scheduler.triggerDag('loops', { runId: 'r1' });
  const script = fileURLToPath(new URL('./killed-scheduler.ts', import.meta.url));
  const killed = spawn(process.execPath, ['--import', 'tsx/esm', script, h.url, h.dagsFolder, h.logDir]);
  const log = path.join(h.logDir, 'dag_id=loops', 'run_id=r1', 'task_id=a', 'attempt=1.log');
  const pid = await until(async () => /"pid":(\d+)/.exec(await readFile(log, 'utf8').catch(() => ''))?.[1]);
  expect(await isAlive(Number(pid))).toBe(true);
  // Among them what it keeps ready for the next task.
  const below = (await readFile(`/proc/${killed.pid}/task/${killed.pid}/children`, 'utf8')).trim().split(' ');
  expect(below).toContain(pid);
  expect(below.length).toBeGreaterThan(1);
  killed.kill('SIGKILL');
  for (const each of below)
    expect(await until(async () => ((await isAlive(Number(each))) ? undefined : 'gone'))).toBe('gone');
});

async function until<Found>(look: () => Promise<Found | undefined>): Promise<Found> {
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    await systemClock.sleep(50);
  }
}
