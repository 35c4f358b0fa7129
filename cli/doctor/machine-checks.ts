import { once } from 'node:events';
import { access, constants, stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { dataPaths, freeBytes } from '../data-dir.ts';
import { closedFolder, findAccount } from '../local/os-account.ts';
import { currentOwner } from '../supervisor/lock.ts';
import { ok, problem, warning } from './check.ts';
import type { Check } from './check.ts';

const oneGb = 1_000_000_000;

/** What the machine must have. */
export const machineChecks: readonly Check[] = [
  {
    name: 'Node.js',
    run: async () => {
      const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
      const isNewEnough = major > 20 || (major === 20 && minor >= 19);
      const fix = 'Install Node.js 20.19 or newer.';
      return isNewEnough ? ok(process.versions.node) : problem(process.versions.node, fix);
    },
  },
  {
    name: 'memory',
    run: async () => {
      const total = os.totalmem();
      const found = `${(total / oneGb).toFixed(1)} GB`;
      return total >= 2 * oneGb
        ? ok(found)
        : warning(found, 'Give it 2 GB; with less, use a smaller --backlog.');
    },
  },
  {
    name: 'data folder',
    run: async ({ dataDir }) => {
      const existing = await nearestExisting(dataDir);
      await access(existing, constants.W_OK | constants.X_OK);
      const note = existing === path.resolve(dataDir) ? '' : ' (will be made)';
      return ok(`${path.resolve(dataDir)}${note}`);
    },
  },
  {
    name: 'disk space',
    run: async ({ dataDir }) => {
      const free = await freeBytes(await nearestExisting(dataDir));
      const found = `${(free / oneGb).toFixed(1)} GB free`;
      const fix = 'Free some space, or put the data on another disk with --data-dir.';
      if (free >= 3 * oneGb) return ok(found);
      return free >= 0.3 * oneGb ? warning(found, fix) : problem(found, fix);
    },
  },
  {
    name: 'HTTP port',
    run: async ({ dataDir, port }) => {
      if (await isFree(port)) return ok(`${port} is free`);
      const owner = await currentOwner(dataPaths(dataDir).lock);
      if (owner?.port === port) return ok(`${port} is this platform's supervisor (process ${owner.pid})`);
      return problem(`${port} is in use by something else`, 'Start with another --port, or with --port 0.');
    },
  },
  {
    name: 'PostgreSQL account',
    run: async ({ dataDir }) => {
      const account = await findAccount(path.join(dataPaths(dataDir).postgres, 'cluster'));
      if (account === undefined) {
        const fix = 'Run as an ordinary user if you do not want that.';
        return warning('root, and no user "postgres": the first start adds one to this machine', fix);
      }
      if (account.kind === 'self') return ok('this user');
      const closed = await closedFolder(path.dirname(path.resolve(dataDir)), account);
      if (closed === undefined) return ok(`"${account.name}", since PostgreSQL does not run as root`);
      const fix = 'Choose a data folder that every user may enter, for example --data-dir /var/lib/shopwave.';
      return problem(`PostgreSQL runs as "${account.name}", who may not enter ${closed}`, fix);
    },
  },
];

async function nearestExisting(folder: string): Promise<string> {
  const target = path.resolve(folder);
  const exists = await stat(target).then(
    () => true,
    () => false,
  );
  return exists || target === path.dirname(target) ? target : nearestExisting(path.dirname(target));
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  try {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return true;
  } catch {
    return false;
  } finally {
    server.close();
  }
}
