import { request } from 'node:http';
import type { AddressInfo } from 'node:net';
import process from 'node:process';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { silentLogger } from '../../../lib/logger.ts';
import { openToLocals } from '../../../semantic/server/access/access.ts';
import type { Access } from '../../../semantic/server/access/access.ts';
import { createDuckdbReader } from '../../../semantic/server/duckdb-driver.ts';
import { createSemantic } from '../../../semantic/server/semantic.ts';
import type { Semantic } from '../../../semantic/server/semantic.ts';
import { createMarts } from './marts-fixture.ts';
import type { MartsFixture } from './marts-fixture.ts';
import { modelDir, published } from './support.ts';

/** Its mart has more rows than anybody can count. */
const endless = { measures: ['bank.payouts'], dimensions: ['bank.status'] };

interface Served {
  readonly semantic: Semantic;
  readonly url: (query: object) => string;
  readonly get: (query: object) => ReturnType<typeof request>;
  /** Sends a query to the other door. */
  readonly graphql: (query: string) => ReturnType<typeof request>;
  readonly stop: () => Promise<void>;
}

let marts: MartsFixture;
let patient: Served;
let hasty: Served;
beforeAll(async () => {
  marts = await createMarts('shop');
  await marts.publisher.run(`
    drop table marts.fct_payouts;
    create view marts.fct_payouts as select cast(a.range as bigint) as payout_key, 'p' as payout_id, 'EUR' as currency,
      'paid' as status, cast(b.range as bigint) as amount_minor, cast(0 as bigint) as difference_minor,
      date '2026-02-01' as arrival_date
    from range(10000000) a, range(1000000) b`);
  [patient, hasty] = await Promise.all([serve(600), serve(1)]);
});
afterAll(async () => {
  await Promise.all([patient.stop(), hasty.stop()]);
  marts.close();
});

let arrived = 0;
/** Whoever comes by a name is that user, who may ask two things at once; cy may have ten rows. */
const access: Access = {
  identify: async (name = 'local') => {
    arrived += 1;
    return {
      ...(await openToLocals.identify(name)),
      name,
      limits: { concurrentQueries: 2, rows: name === 'cy' ? 10 : 50_000 },
    };
  },
};

async function serve(statementTimeoutSec: number): Promise<Served> {
  const semantic = await createSemantic({
    openReader: (cube) => createDuckdbReader(cube, marts.instance),
    modelDir,
    logger: silentLogger,
    access,
    publication: {
      ...published(3),
      publishedAt: '2026-02-01 10:00:00',
      sourceCommittedAt: '2026-02-01 09:59:00',
    },
    statementTimeoutSec,
  });
  const server = semantic.app.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  const path = (query: object): string =>
    `/cubejs-api/v1/load?query=${encodeURIComponent(JSON.stringify(query))}`;
  return {
    semantic,
    url: (query) => `http://127.0.0.1:${port}${path(query)}`,
    get: (query) => request({ port, path: path(query) }).on('error', () => {}),
    graphql: (query) => {
      const headers = { 'content-type': 'application/json' };
      const sent = request({ port, path: '/cubejs-api/graphql', method: 'POST', headers });
      sent.on('error', () => {}).end(JSON.stringify({ query }));
      return sent;
    },
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await semantic.stop();
    },
  };
}

/** Resolves once no statement of a metric query runs. */
async function quiet({ semantic }: Served): Promise<void> {
  while (semantic.statementsRunning() > 0) await pause(20);
}

describe('an answer', () => {
  it('says of which publication it is, how fresh that is, and where it was found', async () => {
    const url = patient.url({ measures: ['finance.gmv'] });
    const [first, second] = [await fetch(url), await fetch(url)];
    const told = (response: Response): (string | null)[] =>
      ['publication', 'origin', 'stale', 'published-at', 'fresh-as-of'].map((name) =>
        response.headers.get(`x-shopwave-${name}`),
      );
    expect(told(first)).toEqual(['3', 'warehouse', 'false', '2026-02-01 10:00:00', '2026-02-01 09:59:00']);
    expect(told(second)).toEqual(['3', 'cache', 'false', '2026-02-01 10:00:00', '2026-02-01 09:59:00']);
    expect(await second.text()).toBe(await first.text());
  });

  it('is computed once for all who ask at the same time', async () => {
    const before = patient.semantic.statementsSent();
    const query = { measures: ['finance.gmv'], dimensions: ['finance.channel'] };
    const answers = await Promise.all(
      Array.from({ length: 100 }, () => fetch(patient.url(query)).then((each) => each.text())),
    );
    expect(new Set(answers).size).toBe(1);
    expect(patient.semantic.statementsSent() - before).toBe(1);
  });
});

describe('a statement', () => {
  it('that runs longer than one may is ended, and told as such', async () => {
    const response = await fetch(hasty.url(endless));
    expect(response.status).toBe(504);
    expect(await response.json()).toMatchObject({
      error: expect.stringMatching(/^SEMANTIC_QUERY_TIMEOUT: /),
    });
    await quiet(hasty);
  });

  it('is ended when nobody waits for it any more, and goes on while somebody does', async () => {
    const { semantic } = patient;
    const sent = semantic.statementsSent();
    const before = arrived;
    const [one, two] = [patient.get(endless), patient.get(endless)];
    one.end();
    two.end();
    const haveArrived = (): boolean => semantic.statementsSent() > sent && arrived >= before + 2;
    while (!haveArrived()) await pause(10);
    await pause(100);
    one.destroy();
    await pause(300);
    expect(semantic.statementsRunning()).toBe(1);
    two.destroy();
    await quiet(patient);
    expect(semantic.statementsSent() - sent).toBe(1);
  });
});

it('a statement of GraphQL is ended when nobody waits for it any more', async () => {
  const { semantic } = patient;
  const before = semantic.statementsSent();
  const sent = patient.graphql('{ cube { bank { status payouts } } }');
  while (semantic.statementsSent() === before) await pause(10);
  sent.destroy();
  await quiet(patient);
});

it('more queries at once than a user may have are refused with 429, and when to come again', async () => {
  const all = await Promise.all(
    [1, 2, 3].map((n) => fetch(hasty.url({ ...endless, limit: n }), { headers: { authorization: 'bo' } })),
  );
  const refused = all.filter(({ status }) => status === 429);
  expect(refused).toHaveLength(1);
  expect(refused[0]?.headers.get('retry-after')).toBe('1');
  expect(await refused[0]?.json()).toMatchObject({
    error: expect.stringMatching(/^SEMANTIC_QUERIES_TOO_MANY: 2 queries/),
  });
  await quiet(hasty);
});

describe('50 million rows', () => {
  const every = { dimensions: ['bank.payout_id', 'bank.status'], ungrouped: true };

  it('are refused, or given as far as they were asked for, by one statement and in little memory', async () => {
    const { semantic } = patient;
    await marts.publisher.run(`
      create or replace view marts.fct_payouts as select range as payout_key, 'p' || range as payout_id,
        'EUR' as currency, 'paid' as status, range as amount_minor, cast(0 as bigint) as difference_minor,
        date '2026-02-01' as arrival_date from range(50000000)`);
    const before = { sent: semantic.statementsSent(), bytes: process.memoryUsage.rss() };
    const grown = (): number => process.memoryUsage.rss() - before.bytes;

    const all = await fetch(patient.url({ ...every, limit: 50_000_000 }));
    expect(all.status).toBe(400);
    expect(await all.text()).toMatch(/SEMANTIC_QUERY_REJECTED: .*at most 50000 rows/);
    expect(semantic.statementsSent() - before.sent).toBe(0);

    const few = await fetch(patient.url({ ...every, limit: 20 }), { headers: { authorization: 'cy' } });
    expect(few.status).toBe(400);
    expect(await few.text()).toMatch(/SEMANTIC_RESULT_TOO_LARGE: .* 10 rows/);
    expect(semantic.statementsSent() - before.sent).toBe(1);

    const most = await fetch(patient.url({ ...every, limit: 50_000 }));
    expect((JSON.parse(await most.text()) as { data: unknown[] }).data).toHaveLength(50_000);
    expect(semantic.statementsSent() - before.sent).toBe(2);

    // Who names no limit gets all of it or an error, never the first rows as if they were all.
    const unlimited = await fetch(patient.url(every));
    expect(unlimited.status).toBe(400);
    expect(await unlimited.text()).toMatch(/SEMANTIC_RESULT_TOO_LARGE: .* 50000 rows/);
    expect(grown()).toBeLessThan(400 * 1024 * 1024);
  });
});
