import { randomBytes } from 'node:crypto';
import { mkdir, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import { z } from 'zod';
import type { Clock } from '../../lib/clock.ts';
import { cliErrors } from '../errors.ts';
import { asDataDirError } from '../data-dir.ts';
import { processIdentity } from '../process/identity.ts';

const claimShape = z.object({
  pid: z.number().int().positive(),
  /** Tells this life of the process id from a later one; see process/identity.ts. */
  identity: z.string(),
  role: z.enum(['supervisor', 'command']),
  /** `claiming` until it is sure that nobody else holds the folder. */
  state: z.enum(['claiming', 'held']),
  /** Where the supervisor listens; null until it does. */
  port: z.number().int().nullable(),
  /** Whoever can read this file (mode 600) may send operations. */
  token: z.string(),
});

/** Who owns a data folder, or wants to. */
export type Claim = z.infer<typeof claimShape>;

/** The ownership of a data folder, held until `release`, or until the process ends in any way. */
export interface OwnerLock {
  readonly token: string;
  /** Tells other commands where to send operations. */
  readonly announcePort: (port: number) => Promise<void>;
  readonly release: () => Promise<void>;
}

/**
 * Takes the ownership of a data folder, or says who has it.
 *
 * Every candidate writes a claim file of its own name, then reads all claims: whoever writes last sees the other one,
 * so two can never both go on. A claim whose process is gone (killed, a zombie, its id reused) counts for nothing;
 * names are never reused, so removing it cannot hit a living claim. Of two that claim at the same time the one with
 * the lower name waits for the other to step back.
 */
export async function acquireLock(folder: string, role: Claim['role'], clock: Clock): Promise<OwnerLock> {
  const claim: Claim = {
    pid: process.pid,
    identity: processIdentity(process.pid) ?? '',
    role,
    state: 'claiming',
    port: null,
    token: randomBytes(18).toString('base64url'),
  };
  const name = `${process.pid}-${randomBytes(6).toString('hex')}.json`;
  const file = path.join(folder, name);
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await writeClaim(file, claim);
    for (let isSettled = false; !isSettled;) {
      const claims = await livingClaims(folder);
      const others = claims.filter((other) => other.name !== name);
      const holder = others.find((other) => other.claim.state === 'held');
      if (holder !== undefined) throw alreadyRunning(holder.claim, path.dirname(folder));
      const isIn = others.length < claims.length;
      isSettled = isIn && others.length === 0;
      if (isSettled) await writeClaim(file, { ...claim, state: 'held' });
      // Stepping back: the lowest name is left alone and so goes on; the others wait for what becomes of it.
      else if (isIn && others.some((other) => other.name < name)) await rm(file, { force: true });
      else if (!isIn && others.length === 0) await writeClaim(file, claim);
      if (!isSettled && others.length > 0) await clock.sleep(20);
    }
  } catch (error) {
    await rm(file, { force: true }).catch(() => {});
    throw asDataDirError(error, folder);
  }
  return {
    token: claim.token,
    announcePort: (port) => writeClaim(file, { ...claim, state: 'held', port }),
    release: () => rm(file, { force: true }),
  };
}

/** Who holds the folder now, if anybody. */
export async function currentOwner(folder: string): Promise<Claim | undefined> {
  const claims = await livingClaims(folder);
  return claims.find(({ claim }) => claim.state === 'held')?.claim;
}

interface NamedClaim {
  readonly name: string;
  readonly claim: Claim;
}

/** What a second process is told. */
export function alreadyRunning(owner: Claim, dataDir: string): Error {
  const port = owner.port === null ? '' : `, http://127.0.0.1:${owner.port}`;
  const what = owner.role === 'supervisor' ? 'a supervisor' : 'another shopwave command';
  return cliErrors.error('CLI_ALREADY_RUNNING', {
    message: `${what} (process ${owner.pid}${port}) already owns this data folder`,
    where: dataDir,
    remedy: `Use it as it is, stop it with \`kill ${owner.pid}\`, or give this one its own folder with --data-dir.`,
  });
}

async function livingClaims(folder: string): Promise<NamedClaim[]> {
  const names = await readdir(folder).catch(() => []);
  const found: NamedClaim[] = [];
  for (const name of names.filter((each) => each.endsWith('.json'))) {
    const claim = await readClaim(path.join(folder, name));
    if (claim === undefined) continue;
    if (processIdentity(claim.pid) === claim.identity) found.push({ name, claim });
    else await rm(path.join(folder, name), { force: true });
  }
  return found;
}

/** Claims are renamed into place, so a file is there whole or not at all. */
async function readClaim(file: string): Promise<Claim | undefined> {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  return text === undefined ? undefined : claimShape.parse(JSON.parse(text));
}

async function writeClaim(file: string, claim: Claim): Promise<void> {
  const unfinished = `${file}.new`;
  await writeFile(unfinished, JSON.stringify(claim), { mode: 0o600 });
  await rename(unfinished, file);
}
