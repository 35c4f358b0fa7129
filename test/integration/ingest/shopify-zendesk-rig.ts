import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { Knex } from 'knex';
import { openControlStore } from '../../../lib/control-store.ts';
import type { Clock } from '../../../lib/clock.ts';
import { silentLogger } from '../../../lib/logger.ts';
import type { Logger } from '../../../lib/logger.ts';
import { ignoreProgress } from '../../../lib/progress.ts';
import { createExtractor } from '../../../ingest/extract/extractor.ts';
import type { Extractor, SourceDefinition } from '../../../ingest/extract/extractor.ts';
import type { BatchDrift } from '../../../ingest/extract/extract-deps.ts';
import { openFolderStore } from '../../../ingest/landing/folder-store.ts';
import { chainStart, manifestKey, parseManifest } from '../../../ingest/landing/manifest.ts';
import type { Manifest } from '../../../ingest/landing/manifest.ts';
import type { ObjectStore } from '../../../ingest/landing/object-store.ts';
import { createScrubber } from '../../../ingest/pci/scrub.ts';
import type { Protection } from '../../../ingest/pci/protection.ts';
import { createSimulator } from '../../../simulator/simulator.ts';
import { startSaasHost } from '../../../simulator/saas/host.ts';
import type { SaasApi } from '../../../simulator/saas/api.ts';
import type { SaasHost } from '../../../simulator/saas/host.ts';
import { createTestDatabase } from '../../support/postgres.ts';
import type { TestDatabase } from '../../support/postgres.ts';

/** A clock on which waiting takes next to no time: the hands jump instead. */
interface JumpingClock extends Clock {
  readonly jump: (ms: number) => void;
}

function jumpingClock(): JumpingClock {
  let offset = 0;
  return {
    now: () => new Date(Date.now() + offset),
    monotonicMs: () => performance.now() + offset,
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted !== true) offset += ms;
        setTimeout(resolve, 2);
      }),
    jump: (ms) => void (offset += ms),
  };
}

const hash = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 20);

/** Tokens that a test can make again; cards are looked for as in production. */
export const testProtection: Protection = {
  scrub: createScrubber((digits) => `tkv2_test_${hash(digits)}`),
  token: (purpose, value) => ({ token: testToken(purpose, value) }),
  seal: () => 'enc1_test',
  settle: async () => {},
};

export function testToken(purpose: string, value: string): string {
  return `tkv2_test_${purpose}_${hash(value)}`;
}

/** A shop with a past, the APIs over it, a control store and an archive. */
export interface SaasRig {
  readonly shop: TestDatabase;
  readonly control: Knex;
  readonly controlUrl: string;
  readonly store: ObjectStore;
  readonly dir: string;
  readonly clock: JumpingClock;
  readonly host: SaasHost;
  readonly drift: BatchDrift[];
  readonly warnings: string[];
  readonly logger: Logger;
  readonly extractor: (source: SourceDefinition, historyFrom?: Date) => Extractor;
  readonly [Symbol.asyncDispose]: () => Promise<void>;
}

const dayMs = 86_400_000;

/** Builds everything; the APIs are made over the shop's database. */
export async function openSaasRig(
  apis: (shop: TestDatabase, clock: JumpingClock) => readonly SaasApi[] | Promise<readonly SaasApi[]>,
  backlogLines = 240,
): Promise<SaasRig> {
  const shop = await createTestDatabase();
  const controlDatabase = await createTestDatabase();
  const control = openControlStore(controlDatabase.url);
  const dir = await mkdtemp(path.join(os.tmpdir(), 'shopwave-saas-'));
  const store = await openFolderStore(dir);
  const clock = jumpingClock();
  await createSimulator({
    url: shop.url,
    seed: 11,
    backlogLines,
    clock,
    logger: silentLogger,
    onProgress: ignoreProgress,
  }).prepare();
  const host = await startSaasHost({ apis: await apis(shop, clock), clock, logger: silentLogger });
  const drift: BatchDrift[] = [];
  const warnings: string[] = [];
  const logger: Logger = {
    ...silentLogger,
    warn: (message, fields) =>
      void warnings.push(`${String(fields?.['code'] ?? fields?.['outcome'])}: ${message}`),
  };
  return {
    shop,
    control,
    controlUrl: controlDatabase.url,
    store,
    dir,
    clock,
    host,
    drift,
    warnings,
    logger,
    extractor: (source, historyFrom) =>
      createExtractor(source, {
        control,
        store,
        clock,
        logger,
        protection: testProtection,
        onProgress: ignoreProgress,
        onDrift: (found) => void drift.push(found),
        historyFromMs: historyFrom?.getTime() ?? clock.now().getTime() - 1200 * dayMs,
      }),
    [Symbol.asyncDispose]: async () => {
      await host.stop();
      await control.destroy();
      await shop[Symbol.asyncDispose]();
      await controlDatabase[Symbol.asyncDispose]();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

/** One landed line. */
interface LandedLine {
  readonly table: string;
  readonly op: string;
  readonly pos: string;
  readonly ord: number;
  readonly data: Readonly<Record<string, unknown>>;
}

/** Follows a source's manifests with nothing but the archive at hand. */
export async function readArchive(
  store: ObjectStore,
  source: string,
): Promise<{ readonly manifests: readonly Manifest[]; readonly lines: readonly LandedLine[] }> {
  const manifests: Manifest[] = [];
  const lines: LandedLine[] = [];
  for (let position = chainStart; ;) {
    const key = manifestKey(source, position);
    const object = await store.get(key);
    if (object === undefined) return { manifests, lines };
    const manifest = parseManifest(object.toString(), key);
    manifests.push(manifest);
    for (const file of manifest.files) {
      const text = gunzipSync((await store.get(file.key)) ?? '').toString();
      for (const line of text.trimEnd().split('\n')) {
        lines.push({ table: file.table, ...(JSON.parse(line) as Omit<LandedLine, 'table'>) });
      }
    }
    position = manifest.toPosition;
  }
}

/** The objects of a table as staging will see them: of each key the line with the highest (pos, ord), if no deletion. */
export function currentRows(lines: readonly LandedLine[], table: string): Map<string, LandedLine['data']> {
  const latest = new Map<string, LandedLine>();
  for (const line of lines) {
    if (line.table !== table) continue;
    const id = String(line.data['id']);
    const known = latest.get(id);
    if (known === undefined || known.pos < line.pos || (known.pos === line.pos && known.ord < line.ord)) {
      latest.set(id, line);
    }
  }
  const live = [...latest].filter(([, line]) => line.op !== 'd');
  return new Map(live.sort(([a], [b]) => (a < b ? -1 : 1)).map(([id, { data }]) => [id, data]));
}

/** Scalars of a row as one text. */
export function words(...parts: readonly unknown[]): string {
  return parts.map((part) => (typeof part === 'string' ? part : JSON.stringify(part))).join(' ');
}
