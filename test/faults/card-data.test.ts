import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { Pool } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startEmbeddedPostgres } from '../../cli/local/embedded-postgres.ts';
import type { EmbeddedPostgres } from '../../cli/local/embedded-postgres.ts';
import { systemClock } from '../../lib/clock.ts';
import { openControlStore } from '../../lib/control-store.ts';
import type { FailpointName } from '../../lib/failpoint.ts';
import { silentLogger } from '../../lib/logger.ts';
import { ignoreProgress } from '../../lib/progress.ts';
import { startSaasHost } from '../../simulator/saas/host.ts';
import type { SaasHost } from '../../simulator/saas/host.ts';
import { createShopifyApi } from '../../simulator/shopify/api.ts';
import { createSimulator } from '../../simulator/simulator.ts';
import { createStripeApi } from '../../simulator/stripe/stripe-api.ts';
import { createZendeskApi } from '../../simulator/zendesk/api.ts';
import { openDuckdbWarehouse } from '../../warehouse/duckdb/open.ts';
import { canaries, canariesIn, createPlanter, formCount, forms } from './card-data/canaries.ts';
import { plantInShop } from './card-data/plant.ts';
import type { PlantedColumn } from './card-data/plant.ts';
import { scan } from './card-data/scan.ts';
import type { Find } from './card-data/scan.ts';
import { apiKey, warehouseFile } from './card-data/worker.ts';
import type { CardDataJob } from './card-data/worker.ts';

const workerFile = fileURLToPath(new URL('card-data/worker.ts', import.meta.url));
const planter = createPlanter();

let root: string;
let server: EmbeddedPostgres;
let shop: Pool;
let host: SaasHost;
let planted: PlantedColumn[];

/** Captured columns whose texts end up in raw tables, and those that the allow-list leaves at the source. */
const uncaptured = [
  'customers.full_name',
  'payments.card_brand',
  'payments.card_fingerprint',
  'payments.card_last4',
];

beforeAll(async () => {
  root = await mkdtemp(path.join(os.tmpdir(), 'shopwave-cards-'));
  await chmod(root, 0o755);
  server = await startEmbeddedPostgres({
    dataDir: path.join(root, 'server'),
    logger: silentLogger,
    onProgress: ignoreProgress,
    settings: { fsync: 'off' },
  });
  await server.ensureDatabase('shop');
  const url = server.url('shop');
  const common = { url, seed: 11, clock: systemClock };
  const quiet = { logger: silentLogger, onProgress: ignoreProgress };
  await createSimulator({ ...common, ...quiet, backlogLines: 300 }).prepare();
  shop = new Pool({ connectionString: url });
  shop.on('error', () => {});
  // The simulated APIs are made from the shop: they show what was planted there, and what they are told to.
  await shop.query(
    `insert into adjustments (id, reference, kind, quantity, amount, currency, note, adjusted_at)
     select id, 'A' || id, 'stock', 1, 0, 'EUR', 'counted', now() from generate_series(1, 20) as id`,
  );
  planted = await plantInShop(shop, 'other texts', 0, formCount);
  const { plant } = planter;
  host = await startSaasHost({
    apis: [
      createStripeApi({ shopUrl: url, clock: systemClock, apiKey, plant }),
      createShopifyApi({ ...common, accessToken: apiKey, plant }),
      createZendeskApi({ ...common, email: apiKey, apiToken: apiKey, plant }),
    ],
    clock: systemClock,
    logger: silentLogger,
  });
});

afterAll(async () => {
  await host?.stop();
  await shop?.end();
  await server?.stop();
  await rm(root, { recursive: true, force: true });
});

let worlds = 0;

interface Run {
  readonly crashAt?: FailpointName;
  readonly isWhole?: boolean;
}

/** A pipeline of its own on the one shop: its folder and its control store. */
async function openPipeline({ isLeaky }: Pick<CardDataJob, 'isLeaky'>) {
  worlds += 1;
  const name = `world_${worlds}`;
  const dir = path.join(root, name);
  await mkdir(dir);
  await server.ensureDatabase(name);
  const control = openControlStore(server.url(name));
  const urls = { stripe: host.url('stripe'), shopify: host.url('shopify'), zendesk: host.url('zendesk') };
  const job: Omit<CardDataJob, 'isWhole'> = {
    sourceUrl: server.url('shop'),
    controlUrl: server.url(name),
    dir,
    slot: name,
    urls,
    isLeaky,
  };
  return {
    dir,
    /** Runs the worker, and keeps what it printed beside the rest. */
    run: async ({ crashAt, isWhole = false }: Run = {}): Promise<string> => {
      const child = spawn(
        process.execPath,
        ['--import', 'tsx', workerFile, JSON.stringify({ ...job, isWhole })],
        {
          env: { ...process.env, ...(crashAt === undefined ? {} : { SHOPWAVE_CRASH_AT: crashAt }) },
          stdio: ['ignore', 'pipe', 'pipe'],
        },
      );
      let output = '';
      for (const stream of [child.stdout, child.stderr])
        stream.setEncoding('utf8').on('data', (text: string) => (output += text));
      await once(child, 'close');
      await writeFile(path.join(dir, `output-${Date.now()}`), output);
      expect(child.signalCode, output).toBe(crashAt === undefined ? null : 'SIGKILL');
      return output;
    },
    scan: (): Promise<Find[]> => scan(dir, warehouseFile(dir), control),
    [Symbol.asyncDispose]: () => control.destroy(),
  };
}

/** Raw tables that hold replaced numbers. */
async function replacedIn(dir: string): Promise<string[]> {
  const warehouse = await openDuckdbWarehouse({ path: warehouseFile(dir) });
  try {
    const tables = await warehouse.query(
      `select table_name as t from information_schema.tables where table_schema = 'raw'`,
    );
    const found: string[] = [];
    for (const { t } of tables) {
      const [row] = await warehouse.query(
        `select count(*) as n from raw."${t}" where contains(cast(data as varchar), '[PAN:tkv2_')`,
      );
      if (Number(row?.['n']) > 0) found.push(String(t));
    }
    return found;
  } finally {
    await warehouse.close();
  }
}

test('the search finds each number in each form, and tells them from other text', () => {
  for (const pan of canaries)
    for (const write of Object.values(forms))
      expect(canariesIn(Buffer.from(`a ${write(pan)} b`))).not.toEqual([]);
  expect(canariesIn(Buffer.from(`4242 and 4242, order ${'4242'.repeat(3)}`))).toEqual([]);
});

test('card numbers in any field of any source reach no file, no table, no log and no error', async () => {
  await using pipeline = await openPipeline({ isLeaky: false });
  expect(planted.map(({ table, column }) => `${table}.${column}`)).toEqual(
    expect.arrayContaining([
      ...uncaptured,
      'adjustments.note',
      'cancellations.reason',
      'customers.email',
      'products.title',
    ]),
  );
  expect(planted.filter(({ rows }) => rows === formCount).length).toBeGreaterThan(10);

  for (const failpoint of ['cdc.after_file', 'cdc.after_manifest', 'load.inside'] as const)
    await pipeline.run({ crashAt: failpoint });
  // Answers that end in the middle, and pages for people instead of answers, are told in errors and logs.
  for (const api of ['stripe', 'shopify', 'zendesk']) {
    host.faults(api).add({ kind: 'truncated', whole: true, after: 2, times: 3 });
    host
      .faults(api)
      .add({ kind: 'unknown-field', field: canaries[0] ?? '', value: canaries[1] ?? '', times: 3 });
  }
  await pipeline.run();
  for (const api of ['stripe', 'shopify', 'zendesk']) host.faults(api).clear();
  planted = [...planted, ...(await plantInShop(shop, 'other texts', formCount, 2 * formCount))];
  // One that is too large for a row, so that it goes to quarantine.
  await shop.query(
    `update adjustments set note = repeat('z', 17000000) || $1 where id = (select max(id) from adjustments)`,
    [` ${canaries[0]}`],
  );
  const output = await pipeline.run();
  expect(output.match(/: done$/gm), output).toHaveLength(7);
  planted = [...planted, ...(await plantInShop(shop, 'codes', 0, formCount))];
  expect(await pipeline.run({ isWhole: true })).toMatch(/^stage: done$/m);

  expect(await pipeline.scan()).toEqual([]);
  const replaced = await replacedIn(pipeline.dir);
  const sources = new Set(replaced.map((table) => table.split('__')[0]));
  expect(sources).toEqual(new Set(['shop', 'shopify', 'stripe', 'zendesk']));
  const captured = planted
    .map(({ table, column }) => `${table}.${column}`)
    .filter((each) => !uncaptured.includes(each));
  for (const table of new Set(captured.map((each) => each.split('.')[0])))
    expect(replaced).toContain(`shop__${table}`);
  expect(planter.counts.size).toBeGreaterThan(40);
  expect(await readFile(path.join(pipeline.dir, 'logs', 'shopwave.log'), 'utf8')).not.toBe('');
});

test('each rule that is taken away is missed: the search finds what got through', async () => {
  await using pipeline = await openPipeline({ isLeaky: true });
  await pipeline.run();
  const places = new Set(
    (await pipeline.scan()).map(({ place }) => path.relative(pipeline.dir, place).split('/').at(-1)),
  );
  expect([...places]).toEqual(
    expect.arrayContaining([
      'raw.shop__adjustments',
      'raw.shop__payments',
      'raw.stripe__charges',
      'raw.shopify__orders',
      'raw.zendesk__tickets',
      expect.stringMatching(/\.gz unpacked$/),
    ]),
  );
  // Where every rule was left, nothing is found.
  expect([...places]).not.toContain('raw.shop__customers');
});
