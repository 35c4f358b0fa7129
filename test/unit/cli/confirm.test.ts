import { access, mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { expect, test } from 'vitest';
import { createProgram } from '../../../cli/program.ts';

/** Every verb that changes what people may want to keep, as far as it can be told by its name and by Airflow. */
const destructive: readonly (readonly string[])[] = [
  ['tasks', 'clear', 'd'],
  ['tasks', 'mark-success', 'd', '--task', 't'],
  ['tasks', 'mark-failed', 'd', '--map-index', '1'],
  ['pools', 'delete', 'p'],
  ['variables', 'delete', 'k'],
  ['connections', 'delete', 'c'],
  ['quarantine', 'discard', 'id'],
  ['sources', 'postgres', 'teardown'],
  ['privacy', 'erase', '--subject', 'shop:1'],
  ['retention', 'apply'],
  ['db', 'clean', '--clean-before-timestamp', '2026-01-01'],
];

test.each(destructive)('without a terminal and without --yes nothing is done: %s %s %s', async (...args) => {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'shopwave-confirm-'));
  const dataDir = path.join(folder, 'data');
  const program = await createProgram();
  // Whoever runs the tests may have a terminal.
  const before = Object.getOwnPropertyDescriptor(process.stdin, 'isTTY');
  Object.defineProperty(process.stdin, 'isTTY', { value: false, configurable: true });
  try {
    await expect(
      program.parseAsync([...args, '--data-dir', dataDir], { from: 'user' }),
    ).rejects.toMatchObject({ code: 'CLI_UNCONFIRMED', remedy: expect.stringContaining('--yes') as string });
    await expect(access(dataDir)).rejects.toMatchObject({ code: 'ENOENT' });
  } finally {
    if (before === undefined) Reflect.deleteProperty(process.stdin, 'isTTY');
    else Object.defineProperty(process.stdin, 'isTTY', before);
    await rm(folder, { recursive: true, force: true });
  }
});
