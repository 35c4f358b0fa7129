import { spawnSync } from 'node:child_process';
import path from 'node:path';
import process from 'node:process';
import { expect, test } from 'vitest';
import { createDataFolder, launch, launchProgram, parseSummary, shopwave } from '../support/command.ts';
import type { Running } from '../support/command.ts';

const isRoot = process.getuid?.() === 0;
const hasNamespaces = spawnSync('unshare', ['-m', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt']).status === 0;

/**
 * A view of this machine, gone with the command: /etc is a copy without the user and group `postgres`, and wherever
 * distributions put PostgreSQL there is nothing.
 */
const bareMachine = `
set -e
mount -t tmpfs -o mode=755 tmpfs /mnt
cp -a /etc /mnt/etc
for file in passwd group shadow gshadow; do sed -i '/^postgres:/d;/^shopwave:/d' "/mnt/etc/$file"; done
mount --bind /mnt/etc /etc
for folder in /usr/lib/postgresql /usr/local/pgsql /usr/share/postgresql; do
  if [ -d "$folder" ]; then mount -t tmpfs tmpfs "$folder"; fi
done
! id postgres 2>/dev/null
exec "$0" "$@"`;

const start = ['start', '--once', '--json', '--backlog', '1000', '--port', '0'];

async function expectTruth(running: Running): Promise<string> {
  const finished = await running.finished;
  const { metrics } = parseSummary(finished);
  expect(metrics['gmv']?.value).toBe(metrics['gmv']?.truth);
  expect(finished.code).toBe(0);
  return finished.stderr;
}

test.runIf(!isRoot)('an ordinary user starts the platform with nothing but Node on the PATH', async () => {
  await using folder = await createDataFolder();
  const env = { PATH: path.dirname(process.execPath) };
  await expectTruth(launch([...start, '--data-dir', folder.path], { env }));
  expect(await folder.processes()).toEqual([]);
});

test.runIf(isRoot && hasNamespaces)(
  'root starts the platform on a machine without PostgreSQL and without a user for it',
  async () => {
    await using folder = await createDataFolder();
    const command = [process.execPath, shopwave, ...start, '--data-dir', folder.path];
    const said = await expectTruth(launchProgram('unshare', ['-m', 'sh', '-c', bareMachine, ...command]));
    expect(said).toContain('adding the system user "postgres" to this machine');
    expect(await folder.processes()).toEqual([]);
  },
);

test.runIf(isRoot && hasNamespaces)(
  "root starts the platform from its own home, which PostgreSQL's user may not enter",
  async () => {
    const home = `
      set -e
      mount -t tmpfs -o mode=700 tmpfs /root
      mkdir /root/shop
      mount --bind "$1" /root/shop
      mount -t tmpfs -o mode=755 tmpfs /var/lib
      node=$0; shift
      exec "$node" /root/shop/bin/shopwave "$@"`;
    const command = [process.execPath, path.dirname(path.dirname(shopwave)), ...start];
    await expectTruth(launchProgram('unshare', ['-m', 'sh', '-c', home, ...command]));
  },
);
