import { spawn } from 'node:child_process';
import type { ChildProcess, SpawnOptions } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { Client } from 'pg';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startEmbeddedPostgres } from '../../../cli/local/embedded-postgres.ts';
import type { EmbeddedPostgres } from '../../../cli/local/embedded-postgres.ts';
import { readPostmasterFile } from '../../../cli/local/left-over.ts';
import { processState } from '../../../cli/process/identity.ts';
import { silentLogger } from '../../../lib/logger.ts';
import { ignoreProgress } from '../../../lib/progress.ts';

const isRoot = process.getuid?.() === 0;
const childScript = path.resolve('test/support/embedded-postgres-child.ts');

let folder = '';
const children: ChildProcess[] = [];
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'shopwave-pg-'));
});
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  const left = await readPostmasterFile(path.join(folder, 'cluster'));
  if (left !== undefined && processState(left.pid) === 'alive') process.kill(left.pid, 'SIGQUIT');
  await expect.poll(() => left === undefined || processState(left.pid) !== 'alive').toBe(true);
  await rm(folder, { recursive: true, force: true });
});

const start = (dataDir = folder, ownFolder = dataDir): Promise<EmbeddedPostgres> =>
  startEmbeddedPostgres({ dataDir, ownFolder, logger: silentLogger, onProgress: ignoreProgress });

interface ChildAnswer {
  readonly pid: number;
  readonly url: string;
  readonly error?: string;
}

async function startInChild(
  dataDir: string,
  options: SpawnOptions = {},
): Promise<[ChildProcess, ChildAnswer]> {
  const child = spawn(process.execPath, ['--import', 'tsx', childScript, dataDir], {
    ...options,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  children.push(child);
  if (child.stdout === null) throw new Error('no stdout');
  const [line] = await once(createInterface(child.stdout), 'line');
  return [child, JSON.parse(String(line))];
}

async function ask(url: string, sql: string): Promise<unknown> {
  const client = new Client({ connectionString: url });
  client.on('error', () => {});
  await client.connect();
  try {
    const result = await client.query({ text: sql, rowMode: 'array' });
    return result.rows[0]?.[0];
  } finally {
    await client.end();
  }
}

describe('an embedded PostgreSQL', () => {
  test('is made once, keeps its data and its password, and listens on 127.0.0.1 alone', async () => {
    const first = await start();
    await first.ensureDatabase('shop');
    await first.ensureDatabase('shop');
    await ask(first.url('shop'), 'create table kept as select 42 as answer');
    await first.stop();
    await first.stop();
    expect(processState(first.pid)).not.toBe('alive');
    const second = await start();
    try {
      expect(await ask(second.url('shop'), 'select answer from kept')).toBe(42);
      expect(await ask(second.url('shop'), 'show wal_level')).toBe('logical');
      expect(await ask(second.url('shop'), 'show listen_addresses')).toBe('127.0.0.1');
      expect(await ask(second.url('shop'), 'show unix_socket_directories')).toBe('');
      expect(await ask(second.url('shop'), 'show fsync')).toBe('on');
      expect((await stat(path.join(folder, 'password'))).mode & 0o777).toBe(0o600);
      const wrong = second.url('shop').replace(/:[^:@]+@/, ':wrong@');
      await expect(ask(wrong, 'select 1')).rejects.toThrow(/password authentication failed/);
    } finally {
      await second.stop();
    }
  });

  test('starts again after its owner was killed and left the server running', async () => {
    const [child, left] = await startInChild(folder);
    await ask(left.url, 'create table kept as select 1 as n');
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(processState(left.pid)).toBe('alive');
    const second = await start();
    try {
      expect(processState(left.pid)).not.toBe('alive');
      expect(await ask(second.url('postgres'), 'select n from kept')).toBe(1);
    } finally {
      await second.stop();
    }
  });

  test('starts again after the server itself was killed while a session of it was busy', async () => {
    const [child, left] = await startInChild(folder);
    const busy = ask(left.url, 'select count(*) from generate_series(1, 1000000000)').catch(() => 'ended');
    await expect
      .poll(() => ask(left.url, `select count(*)::int from pg_stat_activity where query like '%1000000000%'`))
      .toBe(2);
    child.kill('SIGSTOP');
    process.kill(left.pid, 'SIGKILL');
    // Its stopped parent cannot reap it: the id stays, as a zombie, and the pid file still names it.
    await expect.poll(() => processState(left.pid)).toBe('zombie');
    const second = await start();
    expect(await ask(second.url('postgres'), 'select 1')).toBe(1);
    expect(await busy).toBe('ended');
    await second.stop();
  });

  test('is not fooled by a pid file that names somebody else', async () => {
    const first = await start();
    await first.stop();
    // PostgreSQL itself believes a pid file as long as a process of its own user has that id, whatever it does.
    const { uid, gid } = await stat(path.join(folder, 'cluster'));
    const stranger = spawn('sleep', ['600'], isRoot ? { uid, gid } : {});
    children.push(stranger);
    const lines = [stranger.pid, `${folder}/cluster`, 1, 5432, '', '127.0.0.1', '', 'ready', ''];
    const pidFile = path.join(folder, 'cluster', 'postmaster.pid');
    await writeFile(pidFile, lines.join('\n'));
    await chown(pidFile, uid, gid);
    const second = await start();
    expect(await ask(second.url('postgres'), 'select 1')).toBe(1);
    expect(processState(stranger.pid ?? 0)).toBe('alive');
    await second.stop();
  });

  test('starts on a folder whose first start was killed half-way', async () => {
    await mkdir(path.join(folder, 'building-0000', 'cluster'), { recursive: true });
    const server = await start();
    await server.stop();
    await expect(stat(path.join(folder, 'building-0000'))).rejects.toThrow(/ENOENT/);
  });

  test('refuses a cluster of another major version, and says what to do', async () => {
    await mkdir(path.join(folder, 'cluster'));
    await writeFile(path.join(folder, 'cluster', 'PG_VERSION'), '15\n');
    await expect(start()).rejects.toMatchObject({ code: 'POSTGRES_CLUSTER_UNUSABLE' });
  });

  test('two servers side by side choose ports of their own', async () => {
    const [one, two] = await Promise.all([
      start(path.join(folder, 'a'), folder),
      start(path.join(folder, 'b'), folder),
    ]);
    expect(one.port).not.toBe(two.port);
    await Promise.all([one.stop(), two.stop()]);
  });

  test.runIf(isRoot)(
    'says which folder keeps the server out when root starts it below a closed one',
    async () => {
      const closed = path.join(folder, 'closed');
      await mkdir(closed, { mode: 0o700 });
      await expect(start(path.join(closed, 'data'))).rejects.toMatchObject({
        code: 'POSTGRES_FOLDER_CLOSED',
        message: expect.stringContaining(path.basename(folder)),
      });
      expect((await stat(closed)).mode & 0o777).toBe(0o700);
    },
  );

  test.runIf(isRoot)(
    'an id without an entry in /etc/passwd gets an explanation instead of a crash',
    async () => {
      await chmod(folder, 0o777);
      const [, answer] = await startInChild(folder, { uid: 54_321, gid: 54_321 });
      expect(answer.error).toContain('POSTGRES_NO_ACCOUNT');
    },
  );

  test.runIf(isRoot)('an ordinary user runs it as himself, and root may take over later', async () => {
    await chmod(folder, 0o777);
    const passwd = await readFile('/etc/passwd', 'utf8');
    const uid = Number(/^nobody:[^:]*:(\d+)/m.exec(passwd)?.[1] ?? 65_534);
    const home = path.join(folder, 'home');
    const [child, answer] = await startInChild(home, { uid, gid: uid });
    expect(answer.error).toBeUndefined();
    expect((await stat(path.join(home, 'cluster'))).uid).toBe(uid);
    child.stdin?.end();
    await once(child, 'exit');
    expect(processState(answer.pid)).not.toBe('alive');
    const asRoot = await start(home);
    expect((await stat(path.join(home, 'cluster'))).uid).toBe(uid);
    await asRoot.stop();
  });
});
