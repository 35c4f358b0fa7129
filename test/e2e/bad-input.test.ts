import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startEmbeddedPostgres } from '../../cli/local/embedded-postgres.ts';
import { silentLogger } from '../../lib/logger.ts';
import { ignoreProgress } from '../../lib/progress.ts';
import { createDataFolder, launchProgram, run, shopwave } from '../support/command.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'shopwave-bad-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('a wrong command line', () => {
  test('exits 2, says what would be right and prints no result', async () => {
    const { code, stdout, stderr } = await run(['dags', 'lst']);
    expect(stderr).toContain('Did you mean list?');
    expect([code, stdout]).toEqual([2, '']);
  });

  test('it works from any folder and through a symbolic link', async () => {
    const link = path.join(folder, 'sw');
    await symlink(shopwave, link);
    await writeFile(path.join(folder, 'tsconfig.json'), '{ not json');
    const { code, stdout } = await launchProgram(link, ['transform', 'ls', '-o', 'plain'], { cwd: folder })
      .finished;
    expect(code).toBe(0);
    expect(stdout).toContain('fct_orders\tmarts\tincremental');
  });
});

describe('surroundings that do not allow a start', () => {
  const start = ['start', '--once', '--backlog', '100', '--port', '0'];

  test('a port in use is named, before anything was made', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' ? String(address?.port) : '';
    const dataDir = path.join(folder, 'port');
    const { code, stderr } = await run(['start', '--once', '--port', port, '--data-dir', dataDir]);
    server.close();
    expect(stderr).toContain(`CLI_PORT_TAKEN: port ${port} is in use`);
    expect(stderr).toContain('--port');
    expect(code).toBe(1);
    expect(await readdir(path.join(dataDir, 'lock'))).toEqual([]);
    expect(await readdir(dataDir)).not.toContain('postgres');
  });

  test('a file where the data folder should be is refused', async () => {
    const file = path.join(folder, 'file');
    await writeFile(file, '');
    const { code, stderr } = await run([...start, '--data-dir', path.join(file, 'data')]);
    expect([code, stderr]).toEqual([1, expect.stringContaining('CLI_DATA_DIR_UNWRITABLE')]);
  });

  test('a folder with files of somebody else is left alone, --fresh or not', async () => {
    const foreign = path.join(folder, 'foreign');
    await mkdir(path.join(foreign, 'postgres'), { recursive: true });
    await writeFile(path.join(foreign, 'thesis.txt'), 'do not lose');
    for (const extra of [[], ['--fresh']]) {
      const { code, stderr } = await run([...start, ...extra, '--data-dir', foreign]);
      expect([code, stderr]).toEqual([1, expect.stringContaining('CLI_DATA_DIR_FOREIGN')]);
    }
    expect((await readdir(foreign)).sort()).toEqual(['postgres', 'thesis.txt']);
  });

  test('a verb on a folder where nothing was started says so and makes nothing', async () => {
    const dataDir = path.join(folder, 'nothing');
    const { code, stderr } = await run(['runs', 'list', '--data-dir', dataDir]);
    expect([code, stderr]).toEqual([1, expect.stringContaining('CLI_NOT_FOUND')]);
    expect(await readdir(folder)).not.toContain('nothing');
  });

  const canMount = spawnSync('unshare', ['-m', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt']).status === 0;
  test.runIf(canMount)('a full disk is an error that says so', async () => {
    const script = `mount -t tmpfs -o size=100m tmpfs /mnt && "$0" "$@" --data-dir /mnt/data`;
    const args = ['-m', 'sh', '-c', script, process.execPath, shopwave, ...start];
    const { code, stderr } = await launchProgram('unshare', args).finished;
    expect([code, stderr]).toEqual([1, expect.stringContaining('CLI_DISK_FULL')]);
  });

  test("the user's own database without logical decoding is refused with the setting to change", async () => {
    await using data = await createDataFolder();
    const server = await startEmbeddedPostgres({
      dataDir: path.join(data.path, 'theirs'),
      ownFolder: data.path,
      logger: silentLogger,
      onProgress: ignoreProgress,
      settings: { wal_level: 'replica' },
    });
    try {
      const dataDir = path.join(data.path, 'ours');
      // The second one too: a start that captured nothing has not bound the folder to the first database.
      for (const database of ['postgres', 'template1']) {
        const url = server.url(database);
        const { code, stderr } = await run([...start, '--data-dir', dataDir, '--source-url', url]);
        expect([code, stderr]).toEqual([1, expect.stringContaining('wal_level')]);
        expect(stderr).not.toContain(new URL(url).password);
      }
    } finally {
      await server.stop();
    }
  });
});
