import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { acquireLock, currentOwner } from '../../../cli/supervisor/lock.ts';
import { processIdentity } from '../../../cli/process/identity.ts';
import { systemClock } from '../../../lib/clock.ts';

let folder = '';
beforeEach(async () => {
  folder = path.join(await mkdtemp(path.join(os.tmpdir(), 'shopwave-lock-')), 'lock');
});
afterEach(() => rm(path.dirname(folder), { recursive: true, force: true }));

const take = () => acquireLock(folder, 'supervisor', systemClock);

async function leaveClaim(pid: number, identity: string): Promise<void> {
  const lock = await take();
  await lock.release();
  const claim = { pid, identity, role: 'supervisor', state: 'held', port: 4000, token: 'x' };
  await writeFile(path.join(folder, `${pid}-left.json`), JSON.stringify(claim));
}

test('a second taker is refused with the pid and the address of the first', async () => {
  const lock = await take();
  await lock.announcePort(4321);
  await expect(take()).rejects.toMatchObject({
    code: 'CLI_ALREADY_RUNNING',
    message: expect.stringContaining(`process ${process.pid}, http://127.0.0.1:4321`),
  });
  await lock.release();
  const again = await take();
  expect(await currentOwner(folder)).toMatchObject({ pid: process.pid, port: null });
  await again.release();
  expect(await readdir(folder)).toEqual([]);
});

test('only its owner may read the token', async () => {
  await take();
  const [name = ''] = await readdir(folder);
  expect((await stat(path.join(folder, name))).mode & 0o777).toBe(0o600);
});

test('the claim of a process that is gone is taken over', async () => {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
  const identity = processIdentity(child.pid ?? 0) ?? '';
  await leaveClaim(child.pid ?? 0, identity);
  await expect(take()).rejects.toMatchObject({ code: 'CLI_ALREADY_RUNNING' });
  child.kill('SIGKILL');
  await once(child, 'exit');
  const lock = await take();
  expect((await readdir(folder)).length).toBe(1);
  await lock.release();
});

test('a process that reuses the id of a former owner does not count as the owner', async () => {
  await leaveClaim(process.pid, 'an earlier boot:1');
  const lock = await take();
  await lock.release();
});

test('of many that take a stale lock at the same moment exactly one gets it', async () => {
  for (let round = 0; round < 10; round += 1) {
    await leaveClaim(999_999, 'gone');
    const outcomes = await Promise.allSettled(Array.from({ length: 6 }, take));
    const winners = outcomes.filter((outcome) => outcome.status === 'fulfilled');
    expect(winners.length).toBe(1);
    await Promise.all(winners.map((winner) => winner.value.release()));
  }
});
