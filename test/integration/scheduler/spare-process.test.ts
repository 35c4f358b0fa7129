import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { systemClock } from '../../../lib/clock.ts';
import { createChildren } from '../../../scheduler/executor/process/children.ts';
import { createHarness } from './harness.ts';

/** Whether a process is there and is more than its own end waiting to be read. */
async function isAlive(pid: number): Promise<boolean> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => ' Z ');
  return !/\) Z |^ Z $/.test(stat);
}

async function childrenOfThis(): Promise<readonly number[]> {
  const text = await readFile(`/proc/self/task/${process.pid}/children`, 'utf8');
  return text.split(' ').filter(Boolean).map(Number);
}

async function untilGone(pid: number): Promise<void> {
  while (await isAlive(pid)) await systemClock.sleep(20);
}

test('a process has one task; the next one is taken from what was kept ready, and what waits too long or at the end goes', async () => {
  const before = new Set(await childrenOfThis());
  const fresh = async (): Promise<readonly number[]> =>
    (await childrenOfThis()).filter((pid) => !before.has(pid));
  const children = createChildren(2000);
  const first = children.take(undefined);
  const [spare] = (await fresh()).filter((pid) => pid !== first.pid);
  expect(spare).toEqual(expect.any(Number));
  const limited = children.take(300);
  expect(limited.pid).not.toBe(spare);
  const second = children.take(undefined);
  expect(second.pid).toBe(spare);
  const [idle] = (await fresh()).filter((pid) => ![first.pid, limited.pid, spare].includes(pid));
  await untilGone(Number(idle));
  // Who has a task is let be.
  expect(await isAlive(Number(first.pid))).toBe(true);
  const third = children.take(undefined);
  const used = [first, limited, second, third];
  const [last] = (await fresh()).filter((pid) => !used.some((each) => each.pid === pid));
  await children.close();
  await untilGone(Number(last));
  for (const child of used) {
    expect(await isAlive(Number(child.pid))).toBe(true);
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }
});

test('a process that was ready before its DAG file changed runs the file as it is', async () => {
  const says = (
    word: string,
  ): string => `{ dagId: 'says', description: '', schedule: null, owner: 'x', tags: [],
    tasks: (t) => { t.task('a', { executor: 'process', run: () => '${word}' }); } }`;
  await using h = await createHarness({ says: says('before') });
  const scheduler = await h.scheduler({ clock: systemClock });
  const run = async (runId: string): Promise<unknown> => {
    await scheduler.triggerDag('says', { runId });
    await scheduler.waitForRun({ dagId: 'says', runId });
    const found = await h.control.withSchema('scheduler').from('xcom').where('run_id', runId).first('value');
    return found?.value;
  };
  expect(await run('r1')).toBe('before');
  const file = path.join(h.dagsFolder, 'says.dag.ts');
  const text = await readFile(file, 'utf8');
  await writeFile(file, text.replace(`'before'`, `'after'`));
  expect(await run('r2')).toBe('after');
  await scheduler.stop();
});
