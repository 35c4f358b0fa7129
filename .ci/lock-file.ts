import { readFile, writeFile } from 'node:fs/promises';
import process from 'node:process';
import { z } from 'zod';

/**
 * `npm ci` refuses a lock file in which an optional dependency of any platform is missing, and npm leaves out those
 * that the registry it was made against did not have. This check finds them; `--mend` adds them by name and version.
 * It also refuses lock files that name the host they were made from.
 */
const entry = z.looseObject({
  version: z.string().optional(),
  resolved: z.string().optional(),
  dev: z.boolean().optional(),
  optionalDependencies: z.record(z.string(), z.string()).optional(),
});
const lockFile = z.looseObject({ packages: z.record(z.string(), entry) });

const path = 'package-lock.json';
const lock = lockFile.parse(JSON.parse(await readFile(path, 'utf8')));
const missing = Object.entries(lock.packages).flatMap(([folder, { dev, optionalDependencies }]) =>
  folder === ''
    ? []
    : Object.entries(optionalDependencies ?? {})
        .filter(([name, version]) => /^\d/.test(version) && !isThere(folder, name))
        .map(([name, version]) => ({ name, version, dev: dev === true })),
);

if (process.argv.includes('--mend')) {
  for (const { name, version, dev } of missing)
    lock.packages[`node_modules/${name}`] = platformEntry(name, version, dev);
  await writeFile(path, `${JSON.stringify(lock, null, 2)}\n`);
  console.log(`lock file: added ${missing.length} platform packages`);
} else {
  const hosts = Object.entries(lock.packages).filter(
    ([, { resolved }]) => resolved?.includes('://') === true,
  );
  for (const { name, version } of missing) console.error(`missing from the lock file: ${name}@${version}`);
  for (const [folder] of hosts) console.error(`names the host it came from: ${folder}`);
  const { length: packages } = Object.keys(lock.packages);
  console.log(`lock file: ${packages} packages, ${missing.length} missing, ${hosts.length} with a host`);
  process.exitCode = missing.length + hosts.length > 0 || packages < 2 ? 1 : 0;
}

/** Whether Node would find the package from that folder: there, or in any node_modules above it. */
function isThere(folder: string, name: string): boolean {
  for (let base = folder; ; base = base.slice(0, Math.max(0, base.lastIndexOf('/node_modules/')))) {
    if (lock.packages[`${base === '' ? '' : `${base}/`}node_modules/${name}`] !== undefined) return true;
    if (base === '') return false;
  }
}

function platformEntry(name: string, version: string, dev: boolean): z.infer<typeof entry> {
  const os = /android|darwin|freebsd|openharmony|win32|linux|windows/.exec(name)?.[0];
  const cpu = /arm64|x64|ia32|ppc64|riscv64|s390x|arm/.exec(name)?.[0];
  return {
    version,
    optional: true,
    ...(dev ? { dev: true } : {}),
    ...(os === undefined ? {} : { os: [os === 'windows' ? 'win32' : os] }),
    ...(cpu === undefined ? {} : { cpu: [cpu] }),
    ...(os === 'linux' ? { libc: [name.includes('musl') ? 'musl' : 'glibc'] } : {}),
  };
}
