import { readdir, readFile } from 'node:fs/promises';
import process from 'node:process';
import { expect, test } from 'vitest';
import { systemClock } from '../../lib/clock.ts';
import { createDataFolder, launch, postmasterOf } from '../support/command.ts';
import type { Running } from '../support/command.ts';
import { mustStartWhole } from './crash.ts';

/** Longer than the minute that knex waits for a connection of its pool. Hence not in the suite: npm run test:slow. */
const outageMs = 65_000;
const isAsked = process.env['SHOPWAVE_SLOW'] === '1' && process.platform === 'linux';

/** The server and its backends; stopped, they keep every connection open and answer nothing. */
async function serverProcesses(postmaster: number): Promise<number[]> {
  const pids = (await readdir('/proc')).map(Number).filter((pid) => Number.isInteger(pid) && pid > 0);
  const stats = await Promise.all(
    pids.map(async (pid) => ({ pid, stat: await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '') })),
  );
  const parentOf = (stat: string): number => Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  return [postmaster, ...stats.filter(({ stat }) => parentOf(stat) === postmaster).map(({ pid }) => pid)];
}

function signalAll(pids: readonly number[], signal: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, signal);
    } catch {
      // A backend that ended meanwhile.
    }
  }
}

function published(running: Running): number {
  const versions = Array.from(running.output().matchAll(/publication (\d+) /g), ([, version]) =>
    Number(version),
  );
  return Math.max(0, ...versions);
}

test.runIf(isAsked)('a control store that answers nothing for over a minute is waited for', async () => {
  await using folder = await createDataFolder();
  const options = ['start', '--backlog', '600', '--tick', '1s', '--port', '0', '--data-dir', folder.path];
  const running = launch(options);
  await running.line(/publication \d+ .*all equal to the truth/);
  const server = await serverProcesses((await postmasterOf(folder.path)) ?? 0);
  expect(server.length).toBeGreaterThan(5);
  // The postmaster first: it would start others in place of those that hang.
  signalAll(server, 'SIGSTOP');
  try {
    await systemClock.sleep(outageMs);
  } finally {
    signalAll(server, 'SIGCONT');
  }
  expect(running.child.exitCode, running.output()).toBeNull();
  const next = published(running) + 2;
  expect(await running.line(new RegExp(`publication ${next} `))).toContain('all equal to the truth');
  running.child.kill('SIGINT');
  expect((await running.finished).code, running.output()).toBe(0);
  await mustStartWhole(folder.path);
});
