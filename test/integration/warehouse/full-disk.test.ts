import { spawnSync } from 'node:child_process';
import path from 'node:path';
import process from 'node:process';
import { expect, test } from 'vitest';
import type { FullDiskReport } from './full-disk-child.ts';

/** A mount of one's own takes root; the child has it as /mnt, and nobody else sees it. */
const canMount = spawnSync('unshare', ['-m', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt']).status === 0;
if (!canMount)
  process.stderr.write('not tested: a full disk under the warehouse, which takes root and `unshare`\n');

test.runIf(canMount)('after a full disk the warehouse comes back by itself, for its readers too', () => {
  const child = path.join(import.meta.dirname, 'full-disk-child.ts');
  const script = 'mount -t tmpfs -o size=40m tmpfs /mnt && exec "$0" --import tsx "$1" /mnt';
  const { stdout, stderr } = spawnSync('unshare', ['-m', 'sh', '-c', script, process.execPath, child], {
    encoding: 'utf8',
  });
  expect(stdout, stderr).not.toBe('');
  const { committed, steps } = JSON.parse(stdout) as FullDiskReport;
  const before = `${committed}/${committed * 20_000}`;
  const after = `${committed + 1}/${(committed + 1) * 20_000}`;
  expect(steps).toEqual({
    metricsBefore: '20000',
    firstRefusal: 'WAREHOUSE_DISK_FULL',
    checkpoint: 'WAREHOUSE_DISK_FULL',
    readWhileFull: before,
    checkpointAgain: 'WAREHOUSE_DISK_FULL',
    metricsAfter: String(committed * 20_000),
    readAfter: before,
    publishAfter: 'ok',
    readPublished: after,
    rowsInFile: String((committed + 1) * 20_000),
  });
});
