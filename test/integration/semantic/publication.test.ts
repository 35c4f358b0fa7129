import { execFile } from 'node:child_process';
import path from 'node:path';
import process from 'node:process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { silentLogger } from '../../../lib/logger.ts';
import { openToLocals } from '../../../semantic/server/access/access.ts';
import { createDuckdbReader } from '../../../semantic/server/duckdb-driver.ts';
import { createSemantic } from '../../../semantic/server/semantic.ts';
import { createMarts, publishShop } from './marts-fixture.ts';
import { modelDir, startSemantic, published, plainModel } from './support.ts';
import type { SemanticFixture } from './support.ts';

const gmv = { measures: ['finance.gmv'] };

describe('a publication', () => {
  let shop: SemanticFixture;
  let plain: Awaited<ReturnType<typeof plainModel>>;
  beforeAll(async () => {
    plain = await plainModel();
    shop = await startSemantic('shop', openToLocals, { modelDir: plain.modelDir });
  });
  afterAll(async () => {
    await shop.stop();
    await plain[Symbol.asyncDispose]();
  });

  let version = 1;
  // Another query in every test: what was asked again is asked by the platform itself after a publication.
  let asked = 0;
  let sentBefore = 0;
  // Every test begins with a publication of its own: the shop of the fixture, with nothing cached.
  beforeEach(async () => {
    await shop.publisher.run("delete from marts.fct_order_events where order_event_key = 'x'");
    asked += 1;
    await publish();
    sentBefore = shop.semantic.statementsSent();
  });

  async function publish(): Promise<void> {
    version += 1;
    await shop.semantic.refresh(published(version));
  }

  async function sell(table = 'marts.fct_order_events'): Promise<void> {
    await shop.publisher.run(`
      insert into ${table} (order_event_key, order_key, event_type, currency, is_test, amount_minor, event_date)
      values ('x', 'ox', 'sale', 'EUR', false, 100, date '2026-02-05')`);
  }

  async function value(): Promise<unknown> {
    return (await shop.semantic.load({ ...gmv, limit: 1_000 + asked }))[0]?.['finance.gmv'];
  }

  function sent(): number {
    return shop.semantic.statementsSent() - sentBefore;
  }

  it('that has not changed is answered without a statement, whoever asks and however', async () => {
    expect(await value()).toBe('301.20');
    expect(sent()).toBe(1);
    for (let round = 0; round < 3; round += 1) expect(await value()).toBe('301.20');
    expect(sent()).toBe(1);
    const rest = await shop.post('/cubejs-api/v1/load', {
      query: { ...gmv, limit: 1_000 + asked, responseFormat: 'compact' },
    });
    expect(rest.body['data']).toEqual({ members: ['finance.gmv'], dataset: [['301.20']] });
    await shop.get('/cubejs-api/v1/meta');
    expect(sent()).toBe(1);
    // With another limit it is another statement.
    await shop.semantic.queryMetrics({ metrics: ['gmv'] });
    await shop.semantic.queryMetrics({ metrics: ['gmv'] });
    expect(sent()).toBe(2);
  });

  it('is visible at once when it is out, and not before', async () => {
    expect(await value()).toBe('301.20');
    await sell();
    expect(await value()).toBe('301.20');
    await publish();
    expect(await value()).toBe('302.20');
    expect(sent()).toBe(2);
    await publish();
    expect(await value()).toBe('302.20');
    expect(sent()).toBe(3);
  });

  it('answers equal queries at the same time with one statement', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, value));
    expect(new Set(answers)).toEqual(new Set(['301.20']));
    expect(sent()).toBe(1);
  });

  it('is not answered by a query that began before it', async () => {
    // A view that takes some hundred milliseconds, so that the next publication comes out meanwhile.
    await shop.publisher.run(`
      alter table marts.fct_order_events rename to plain;
      create view marts.fct_order_events as
        select p.* from marts.plain p,
          (select count(*) as n from range(300000) a, range(300) b where a.range <> b.range) where n > 0`);
    const old = value();
    while (sent() === 0) await new Promise(setImmediate);
    // Sent is not yet begun; round trips of another connection let it begin.
    for (let trip = 0; trip < 20; trip += 1) await shop.publisher.run('select 1');
    await sell('marts.plain');
    await publish();
    const fresh = value();
    expect(['301.20', '302.20']).toContain(await old);
    expect(await fresh).toBe('302.20');
    expect(await value()).toBe('302.20');
    expect(sent()).toBe(2);
  });
});

describe('before the first publication', () => {
  it('the semantic layer starts, says so, and answers once the marts are there', async () => {
    const marts = await createMarts('nothing');
    const semantic = await createSemantic({
      openReader: (cube) => createDuckdbReader(cube, marts.instance),
      modelDir,
      logger: silentLogger,
    });
    await expect(semantic.load(gmv)).rejects.toMatchObject({
      code: 'SEMANTIC_NOT_PUBLISHED',
      message: expect.stringContaining('marts.fct_order_events'),
      retryable: true,
    });
    expect((await semantic.catalog()).metrics.length).toBeGreaterThan(10);
    await publishShop(marts.publisher);
    await semantic.refresh(published(1));
    expect(await semantic.load(gmv)).toEqual([{ 'finance.gmv': '301.20' }]);
    await semantic.stop();
    marts.close();
  });
});

describe('stopping', () => {
  it('leaves no timer that would keep the process alive, and nothing of Cube on stdout', async () => {
    const child = path.join(import.meta.dirname, 'stop-child.ts');
    const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', child, modelDir]);
    expect(stdout).toBe('[]');
  });

  it('interrupts what runs, refuses what comes, and leaves the instance to its owner', async () => {
    const marts = await createMarts('shop');
    const semantic = await createSemantic({
      openReader: (cube) => createDuckdbReader(cube, marts.instance),
      modelDir,
      logger: silentLogger,
    });
    await marts.publisher.run(`
      drop table marts.fct_orders;
      create view marts.fct_orders as
        select false as is_test, a.range as order_key from range(10000000) a, range(1000000) b`);
    const running = semantic.load({ measures: ['operations.orders'] }).catch((error: unknown) => error);
    while (semantic.statementsSent() === 0) await new Promise(setImmediate);
    await semantic.stop();
    expect(await running).toMatchObject({ code: expect.stringMatching(/^SEMANTIC_(QUERY_FAILED|STOPPED)$/) });
    await expect(semantic.load(gmv)).rejects.toMatchObject({ code: 'SEMANTIC_STOPPED' });
    await semantic.stop();
    expect((await marts.publisher.runAndReadAll('select 1 as one')).getRows()).toEqual([[1]]);
    marts.close();
  });
});
