import { mkdir, mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { systemClock } from '../../../lib/clock.ts';
import { silentLogger } from '../../../lib/logger.ts';
import type { Logger } from '../../../lib/logger.ts';
import { createMasker } from '../../../scheduler/secrets/masker.ts';
import { openTaskLog, readTaskLog } from '../../../scheduler/executor/task-log.ts';
import type { TaskLogOptions } from '../../../scheduler/executor/task-log.ts';

const key = { dagId: 'd', runId: 'r', taskId: 't', mapIndex: -1 };

async function withFolder(work: (options: TaskLogOptions, folder: string) => Promise<void>): Promise<void> {
  const logDir = await mkdtemp(path.join(os.tmpdir(), 'shopwave-log-'));
  try {
    const options = {
      logDir,
      clock: systemClock,
      parent: silentLogger,
      logLimitBytes: 2000,
      masker: createMasker(),
    };
    await work(options, path.join(logDir, 'dag_id=d', 'run_id=r', 'task_id=t'));
  } finally {
    await rm(logDir, { recursive: true, force: true });
  }
}

test('a log that is full says so once, keeps what is said at the end, and stays full when it goes on', async () => {
  await withFolder(async (options, folder) => {
    for (const round of [1, 2]) {
      const log = await openTaskLog(options, key, 1);
      for (let line = 0; line < 50; line++) log.print('info', `round ${round}, line ${line}`);
      log.logger.info('and more');
      log.final.info('success');
      await log.close();
    }
    const messages = (await readTaskLog(options.logDir, key)).map((line) => line.message);
    expect(messages.filter((message) => message.includes('has reached its limit'))).toHaveLength(1);
    expect(messages.filter((message) => message.startsWith('round 2'))).toEqual([]);
    expect(messages.slice(-3)).toEqual([
      expect.stringContaining('reached its limit of 0 MB'),
      'success',
      'success',
    ]);
    expect((await readFile(path.join(folder, 'attempt=1.log'))).length).toBeLessThan(2500);
  });
});

test('a disk that is full costs the log and not the task', async () => {
  await withFolder(async (options, folder) => {
    await mkdir(folder, { recursive: true });
    await symlink('/dev/full', path.join(folder, 'attempt=1.log'));
    const warned: string[] = [];
    const parent: Logger = {
      ...silentLogger,
      warn: (message, fields) => void warned.push(`${message}: ${String(fields?.['error'])}`),
      child: () => parent,
    };
    const log = await openTaskLog({ ...options, parent }, key, 1);
    log.print('info', 'one');
    await log.drained();
    log.logger.info('two');
    await log.close();
    expect(warned).toEqual([expect.stringMatching(/^the log of this attempt cannot be written.*ENOSPC/)]);
  });
});

test('a folder that cannot be made costs the log as well', async () => {
  await withFolder(async (options) => {
    const log = await openTaskLog({ ...options, logDir: '/dev/null/logs' }, key, 1);
    log.final.info('success');
    await log.close();
  });
});
