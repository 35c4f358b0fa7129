import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, chown, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { promisify } from 'node:util';
import { execFile } from 'node:child_process';

const run = promisify(execFile);

/** Where Debian and its like put the server programs. */
const binaries = '/usr/lib/postgresql/15/bin';

/** Whether this machine has PostgreSQL 15 and what its certificate is made with. */
export async function isAvailable(): Promise<boolean> {
  if (!existsSync(path.join(binaries, 'initdb'))) return false;
  return await run('openssl', ['version']).then(
    () => true,
    () => false,
  );
}

/** A server of its own that answers through TLS only. */
export interface TlsServer {
  /** URL of database `postgres`, certificate checked against the authority that made it. */
  readonly url: string;
  readonly stop: () => Promise<void>;
}

/** Starts PostgreSQL 15 on a free port, in a folder that goes with it. Never as root: it refuses to. */
export async function startPostgres15(): Promise<TlsServer> {
  const account = process.getuid?.() === 0 ? await findAccount() : undefined;
  const folder = await mkdtemp(path.join(os.tmpdir(), 'shopwave-postgres15-'));
  const inFolder = (name: string): string => path.join(folder, name);
  const password = randomBytes(12).toString('hex');
  await makeCertificates(folder);
  await writeFile(inFolder('password'), password);
  await chmod(inFolder('server.key'), 0o600);
  if (account !== undefined) {
    for (const name of ['', 'password', 'server.key', 'server.crt'])
      await chown(inFolder(name), account.uid, account.gid);
    await chmod(folder, 0o755);
  }
  const data = inFolder('data');
  const auth = ['--auth-host=scram-sha-256', '--auth-local=reject', `--pwfile=${inFolder('password')}`];
  const locale = ['--locale=C.UTF-8', '--encoding=UTF8', '--username=postgres'];
  await run(path.join(binaries, 'initdb'), ['-D', data, ...auth, ...locale], { ...account, cwd: '/' });
  await writeFile(path.join(data, 'pg_hba.conf'), 'hostssl all all 127.0.0.1/32 scram-sha-256\n');
  const port = await freePort();
  const child = spawn(path.join(binaries, 'postgres'), ['-D', data, ...settings(folder, port)], {
    ...account,
    cwd: '/',
    stdio: 'ignore',
  });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const stop = async (): Promise<void> => {
    child.kill('SIGINT');
    await ended;
    await rm(folder, { recursive: true, force: true });
  };
  const tls = `sslmode=verify-full&sslrootcert=${encodeURIComponent(inFolder('ca.crt'))}`;
  const url = `postgres://postgres:${password}@127.0.0.1:${port}/postgres?${tls}`;
  await waitUntilReady(port, child.pid).catch(async (error: unknown) => {
    await stop();
    throw error;
  });
  return { url, stop };
}

function settings(folder: string, port: number): string[] {
  const values = {
    port: String(port),
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    ssl: 'on',
    ssl_cert_file: path.join(folder, 'server.crt'),
    ssl_key_file: path.join(folder, 'server.key'),
    wal_level: 'logical',
    fsync: 'off',
    max_connections: '150',
    max_replication_slots: '60',
    max_wal_senders: '20',
    timezone: 'UTC',
    log_min_messages: 'panic',
  };
  return Object.entries(values).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

async function findAccount(): Promise<{ readonly uid: number; readonly gid: number }> {
  const id = async (flag: string): Promise<number> => Number((await run('id', [flag, 'postgres'])).stdout);
  return { uid: await id('-u'), gid: await id('-g') };
}

/** An authority, and a certificate of it for the address that the server answers at. */
async function makeCertificates(folder: string): Promise<void> {
  const openssl = (...args: string[]): Promise<unknown> => run('openssl', args, { cwd: folder });
  const fresh = ['-newkey', 'rsa:2048', '-nodes', '-days', '2'];
  await openssl(
    'req',
    '-x509',
    ...fresh,
    '-keyout',
    'ca.key',
    '-out',
    'ca.crt',
    '-subj',
    '/CN=test authority',
  );
  await openssl(
    'req',
    ...fresh.slice(0, 3),
    '-keyout',
    'server.key',
    '-out',
    'server.csr',
    '-subj',
    '/CN=shop',
  );
  await writeFile(path.join(folder, 'names'), 'subjectAltName=IP:127.0.0.1\n');
  const signed = ['-CA', 'ca.crt', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '2', '-extfile', 'names'];
  await openssl('x509', '-req', '-in', 'server.csr', ...signed, '-out', 'server.crt');
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

async function waitUntilReady(port: number, pid: number | undefined): Promise<void> {
  for (let tries = 0; tries < 100; tries += 1) {
    const args = ['-h', '127.0.0.1', '-p', String(port), '-t', '1'];
    const isReady = await run(path.join(binaries, 'pg_isready'), args).then(
      () => true,
      () => false,
    );
    if (isReady) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`PostgreSQL 15 (process ${pid}) did not come up`);
}
